import type { WriteStream } from 'node:tty';

const EVERY_MS = 100;

/** One line that is written over, on a terminal only. */
export function progressLine(stream: Pick<WriteStream, 'isTTY' | 'write'>): {
  show: (text: () => string) => void;
  clear: () => void;
} {
  let last = 0;
  return {
    show: (text) => {
      if (!stream.isTTY || Date.now() - last < EVERY_MS) return;
      last = Date.now();
      stream.write(`\r${text()}`);
    },
    clear: () => {
      if (last > 0) stream.write('\r\u{1B}[K');
    },
  };
}
