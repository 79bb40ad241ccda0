import type { Socket } from 'node:net';
import { newId } from '@keelson/db-core';
import type { FastifyBaseLogger } from 'fastify';
import { MalformedRequestError } from '../errors.ts';
import { toKeelsonError, toProblem } from '../problem.ts';
import { PROBLEM_TYPE } from './problems.ts';

/** Answers what can't be read as HTTP: there is no request yet, only a socket, which gets an answer and is closed. */
export function brokenHttpHandler(logger: FastifyBaseLogger): (error: Error, socket: Socket) => void {
  return (error, socket) => {
    const isGone = 'code' in error && error.code === 'ECONNRESET';
    if (isGone || !socket.writable) {
      socket.destroy();
      return;
    }
    const id = newId();
    const known = toKeelsonError(error);
    const problem = toProblem(known.status < 500 ? known : new MalformedRequestError('This is not HTTP.'), { id });
    logger.info({ requestId: id, code: problem.code, reason: error.message }, 'a request could not be read');
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      `Content-Type: ${PROBLEM_TYPE}; charset=utf-8`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${id}`,
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}
