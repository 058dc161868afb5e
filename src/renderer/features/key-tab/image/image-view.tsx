import { ZoomIn, ZoomOut } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { ImageFacts } from '../../../../core/values/image-facts.ts'
import { Button, IconButton } from '../../../ui/button.tsx'
import { formatExactBytes } from '../../../ui/text/format.ts'
import styles from './image.module.css'

/** Pixels that a picture may have: decoding takes four bytes for each. */
const MAX_PIXELS = 100_000_000

const STEPS = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32]

interface ImageViewProps {
  readonly bytes: Uint8Array
  readonly facts: ImageFacts
  readonly name: string
  /** Called with what focuses the picture, once it is shown. */
  readonly attach: (focus: () => void) => () => void
}

/** A picture in an `img` element: an SVG there runs no script and loads nothing. */
export function ImageView(props: ImageViewProps) {
  const { size } = props.facts
  if (size !== undefined && size.width * size.height > MAX_PIXELS) {
    return (
      <p role="status" className={styles['message']}>
        {pixelText(size)}: more than {MAX_PIXELS / 1_000_000} million pixels are not shown. Save it to a file
        to open it elsewhere.
      </p>
    )
  }
  return <ShownImage {...props} />
}

function ShownImage({ bytes, facts, name, attach }: ImageViewProps) {
  const image = useRef<HTMLImageElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const [loaded, setLoaded] = useState<{ readonly width: number; readonly height: number }>()
  const [isBroken, setBroken] = useState(false)
  /** A factor, or `fit`. */
  const [zoom, setZoom] = useState<number | 'fit'>('fit')
  const { type } = facts
  useEffect(() => {
    const next = URL.createObjectURL(new Blob([bytes.slice()], { type }))
    if (image.current !== null) image.current.src = next
    return () => URL.revokeObjectURL(next)
  }, [bytes, type])

  useEffect(() => attach(() => scroller.current?.focus()), [attach])

  const step = (direction: 1 | -1): void =>
    setZoom(before => {
      const now = before === 'fit' ? 1 : before
      const next = direction > 0 ? STEPS.find(each => each > now) : STEPS.findLast(each => each < now)
      return next ?? now
    })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const action = {
      '+': () => step(1),
      '=': () => step(1),
      '-': () => step(-1),
      '0': () => setZoom('fit'),
      '1': () => setZoom(1),
    }[event.key]
    if (action === undefined) return
    event.preventDefault()
    action()
  }
  const size = facts.size ?? loaded
  return (
    <div className={styles['view']} onKeyDown={onKeyDown}>
      <div role="group" aria-label="Zoom" className={styles['tools']}>
        <IconButton label="Zoom out" icon={ZoomOut} shortcut="-" onPress={() => step(-1)} />
        <Button variant="quiet" aria-pressed={zoom === 'fit'} onPress={() => setZoom('fit')}>
          Fit
        </Button>
        <Button variant="quiet" aria-pressed={zoom === 1} onPress={() => setZoom(1)}>
          100 %
        </Button>
        <IconButton label="Zoom in" icon={ZoomIn} shortcut="+" onPress={() => step(1)} />
      </div>
      <div ref={scroller} role="region" aria-label="Picture" tabIndex={0} className={styles['scroller']}>
        <img
          ref={image}
          hidden={isBroken}
          alt={`Content of ${name}`}
          draggable={false}
          data-zoom={zoom}
          className={zoom === 'fit' ? styles['fit'] : zoom > 1 ? styles['enlarged'] : styles['image']}
          style={
            zoom === 'fit' || size === undefined
              ? undefined
              : { width: size.width * zoom, height: size.height * zoom }
          }
          onLoad={({ currentTarget }) => {
            setBroken(false)
            setLoaded({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight })
          }}
          onError={() => setBroken(true)}
        />
        {isBroken && (
          <p role="alert" className={styles['message']}>
            The browser cannot show this image: it is damaged, or of a form that it does not know. View it as
            bytes.
          </p>
        )}
      </div>
      <div role="status" className={styles['status']}>
        {size !== undefined && <span>{pixelText(size)} pixels</span>}
        <span>{formatExactBytes(bytes.length)}</span>
        <span>{zoom === 'fit' ? 'Fit' : `${Math.round(zoom * 100)} %`}</span>
      </div>
    </div>
  )
}

function pixelText({ width, height }: { readonly width: number; readonly height: number }): string {
  return `${width.toLocaleString('en-US')} × ${height.toLocaleString('en-US')}`
}
