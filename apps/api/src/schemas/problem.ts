import { z } from 'zod';

const faultSchema = z.object({
  in: z.enum(['body', 'query', 'path', 'header']).describe('The part of the request.'),
  pointer: z.string().describe('JSON pointer to the member, such as `/metadata/tokens`; empty for the whole part.'),
  message: z.string(),
});

/** One thing that is wrong with the input. */
export type Fault = z.output<typeof faultSchema>;

/** RFC 9457, with what else helps to understand an error and to report it. */
export const problemSchema = z
  .object({
    type: z.string().describe('Names the kind of error, as a URN made of its code.'),
    title: z.string().describe('What happened, the same for every error with this code.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().optional().describe('What happened this time. Left out where it concerns only the operator.'),
    instance: z.string().optional().describe('The path of the request, where it could be read.'),
    code: z.string().describe('Stable; never reused for something else.'),
    hint: z.string().describe('What to do about it.'),
    requestId: z.string().describe("The request's id, as in the header `X-Request-Id` and in the server's log."),
    errors: z
      .array(faultSchema)
      .readonly()
      .optional()
      .describe('Everything that is wrong with the input, when that is the error.'),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 describes it.' });

export type Problem = z.output<typeof problemSchema>;
