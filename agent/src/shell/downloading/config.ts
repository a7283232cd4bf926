import { registryPlace } from '@wherry/protocol';
import { z } from 'zod';

/** `downloads` of `agent.json`: where blobs come from beside the control plane, and whether this device hands on its own. */
const place = () => z.url({ protocol: /^https?$/ }).max(512);

export const downloadConfig = () =>
  z.strictObject({
    /** Copies of the control plane's folder `blobs` behind a web server: `{url}/sha256-{hex}`. */
    mirrors: z.array(place()).max(8).default([]),
    /** Repositories of OCI registries that modules were put into, as `registry.example/apps/hello`. */
    registries: z
      .array(
        z.strictObject({
          repository: registryPlace,
          username: z.string().max(255).optional(),
          password: z.string().max(4096).optional(),
        }),
      )
      .max(8)
      .default([]),
    /** Devices in the LAN that serve their blobs, as `http://10.0.0.7:8734`. */
    peers: z.array(place()).max(16).default([]),
    /** Serves the blobs of this device to whoever knows their digest; false serves none. */
    serve: z
      .union([
        z.literal(false),
        z.strictObject({
          host: z.string().min(1).max(255).default('0.0.0.0'),
          port: z.int().min(0).max(65_535).default(8734),
          maxBytesPerSecond: z
            .int()
            .min(1_024)
            .default(4 * 1024 * 1024),
        }),
      ])
      .default(false),
  });
export type DownloadConfig = z.infer<ReturnType<typeof downloadConfig>>;

/** Of one type of link, in `links`. */
export const maxBytesPerSecond = () => z.int().min(1_024).optional();
