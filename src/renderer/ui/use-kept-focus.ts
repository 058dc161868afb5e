import { useState } from 'react'
import type { ButtonProps } from 'react-aria-components/Button'

/**
 * A browser takes the focus from a button that is disabled, and the keyboard is then nowhere. A button that has the
 * focus is therefore only marked as disabled and does nothing; it is disabled in full once it is left.
 */
export function useKeptFocus<Props extends ButtonProps>(props: Props): Props {
  const [isFocused, setFocused] = useState(false)
  const { isDisabled, onFocusChange } = props
  const watched = {
    ...props,
    onFocusChange(isNow: boolean) {
      setFocused(isNow)
      onFocusChange?.(isNow)
    },
  }
  if (isDisabled !== true || !isFocused) return watched
  return { ...watched, isDisabled: false, 'aria-disabled': true, onPress: () => undefined, type: 'button' }
}
