import { z } from 'zod'
import { secretReference } from '../../stack/secret.ts'

const filePath = (what: string) =>
  z.string().min(1, 'it needs the path of a file').meta({ format: 'file-path' }).describe(what)

/** The default of `timeout`, in milliseconds. */
export const CONNECTION_TIMEOUT = 10_000

/** How a server is reached: the options that every kind with a server has besides its address. */
export const connectionOptions = {
  tls: z
    .union([
      z.boolean(),
      z.strictObject({
        ca: filePath(
          'Certificates of the authorities that are trusted (PEM). Default: those of the system.',
        ).optional(),
        cert: filePath('The certificate to sign in with (PEM).').optional(),
        key: filePath('The private key of the certificate (PEM).').optional(),
        passphrase: secretReference().optional().describe('The passphrase of the private key.'),
        servername: z
          .string()
          .min(1)
          .optional()
          .describe('The name that the certificate of the server must have. Default: that of the address.'),
      }),
    ])
    .optional()
    .describe('Encrypt the connection. Default: as the address says.'),
  tunnel: z
    .strictObject({
      host: z.string().min(1).describe('The SSH server that the connection goes through.'),
      port: z.number().int().min(1).max(65_535).default(22),
      user: z.string().min(1).describe('The user to sign in as there.'),
      key: filePath(
        'The private key to sign in with. Default: the agent of SSH, where there is no password.',
      ).optional(),
      passphrase: secretReference().optional().describe('The passphrase of the private key.'),
      password: secretReference().optional().describe('The password of the user.'),
      knownHosts: filePath('The keys of known hosts. Default: ~/.ssh/known_hosts.').optional(),
    })
    .optional()
    .describe('Reach the server through SSH. The key of the SSH server has to be known.'),
  timeout: z
    .number()
    .int()
    .min(1)
    .max(600_000)
    .default(CONNECTION_TIMEOUT)
    .meta({ 'x-unit': 'ms' })
    .describe('How long a call may take, in milliseconds.'),
}

export type ConnectionOptions = z.input<z.ZodObject<typeof connectionOptions>>
export type TlsOptions = Exclude<NonNullable<ConnectionOptions['tls']>, boolean>
export type TunnelOptions = NonNullable<ConnectionOptions['tunnel']>
