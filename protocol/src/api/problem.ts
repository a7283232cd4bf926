import { z } from 'zod';
import { ERROR_CODES } from '../errors.ts';

/** RFC 9457 problem document, `application/problem+json`. `detail` says what to do next. */
export const problemDocument = z.object({
  type: z.string().default('about:blank'),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  code: z.enum(ERROR_CODES),
  requestId: z.string().optional(),
  problems: z
    .array(
      z.object({
        code: z.enum(ERROR_CODES),
        message: z.string(),
        path: z.string().optional(),
        line: z.int().optional(),
        column: z.int().optional(),
      }),
    )
    .optional(),
});
export type ProblemDocument = z.infer<typeof problemDocument>;
