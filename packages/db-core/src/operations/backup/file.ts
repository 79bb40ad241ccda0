import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { SecretKeys } from '../../config/index.ts';
import { DatabaseNotFoundError } from '../../errors/index.ts';
import { BackupDamagedError, BackupUnknownError } from './errors.ts';
import {
  type BackupHeader,
  type BlockKind,
  BLOCKS,
  FORMAT,
  headerSchema,
  MAGIC,
  type Manifest,
  manifestSchema,
} from './format.ts';
import { type Seal, sealOf } from './seal.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** What a file may ask a reader to hold: a damaged length must not. */
const LARGEST_BLOCK = 256 * 1024 * 1024;
const LARGEST_HEADER = 64 * 1024;
/** Length and kind, before each block. */
const PREFIX_BYTES = 5;

export interface Block {
  readonly kind: BlockKind;
  readonly bytes: Buffer;
}

/** Writes a backup's file: the header, blocks each compressed and sealed, and at last the manifest. */
export class BackupWriter {
  readonly #file: FileHandle;
  readonly #seal: Seal;
  #index = 0;

  private constructor(file: FileHandle, seal: Seal) {
    this.#file = file;
    this.#seal = seal;
  }

  static async create(path: string, header: BackupHeader, keys: SecretKeys | undefined): Promise<BackupWriter> {
    const bytes = Buffer.from(JSON.stringify(header));
    const file = await open(path, 'wx', 0o600);
    try {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      await file.appendFile(Buffer.concat([MAGIC, length, bytes]));
      return new BackupWriter(file, sealOf(header, bytes, keys));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async write(kind: BlockKind, bytes: Buffer): Promise<void> {
    const sealed = this.#seal.close(await compress(bytes), this.#index, kind);
    this.#index += 1;
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(sealed.length);
    prefix.writeUInt8(kind, 4);
    await this.#file.appendFile(Buffer.concat([prefix, sealed]));
  }

  /** Makes it whole, and sure to be on the disk. Gives its size. */
  async finish(manifest: Manifest): Promise<number> {
    await this.write(BLOCKS.manifest, Buffer.from(JSON.stringify(manifest)));
    await this.#file.sync();
    return (await this.#file.stat()).size;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** Reads one. */
export class BackupReader {
  readonly header: BackupHeader;
  readonly bytes: number;
  readonly #file: FileHandle;
  readonly #headerBytes: Buffer;
  #at: number;

  private constructor(file: FileHandle, size: number, header: BackupHeader, headerBytes: Buffer) {
    this.#file = file;
    this.bytes = size;
    this.header = header;
    this.#headerBytes = headerBytes;
    this.#at = MAGIC.length + 4 + headerBytes.length;
  }

  /** @throws BackupUnknownError, BackupDamagedError, DatabaseNotFoundError */
  static async open(path: string): Promise<BackupReader> {
    const file = await open(path, 'r').catch((cause: unknown) => {
      throw new DatabaseNotFoundError(`The backup ${path} can't be read.`, {
        cause,
        hint: '`keelson backups list` shows those that there are.',
      });
    });
    try {
      const { size } = await file.stat();
      const start = await readAt(file, 0, Math.min(size, MAGIC.length + 4));
      if (!start.subarray(0, MAGIC.length).equals(MAGIC)) throw new BackupUnknownError(`${path} is no backup.`);
      const length = start.length < MAGIC.length + 4 ? 0 : start.readUInt32BE(MAGIC.length);
      if (length === 0 || length > LARGEST_HEADER || MAGIC.length + 4 + length > size) throw truncated(path);
      const bytes = await readAt(file, MAGIC.length + 4, length);
      return new BackupReader(file, size, parseHeader(path, bytes), bytes);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Every block but the manifest, which it returns. @throws BackupDamagedError, BackupKeyError */
  async *blocks(keys: SecretKeys | undefined, signal?: AbortSignal): AsyncGenerator<Block, Manifest, undefined> {
    const seal = sealOf(this.header, this.#headerBytes, keys);
    for (let index = 0; ; index += 1) {
      signal?.throwIfAborted();
      const prefix = await this.#take(PREFIX_BYTES);
      const length = prefix.readUInt32BE(0);
      const kind = prefix.readUInt8(4) as BlockKind;
      if (length > LARGEST_BLOCK) throw new BackupDamagedError(`Block ${index} of the backup has no possible length.`);
      const sealed = await this.#take(length);
      const bytes = await inflate(seal.open(sealed, index, kind), index);
      if (kind !== BLOCKS.manifest) {
        yield { kind, bytes };
        continue;
      }
      if (this.#at !== this.bytes) throw new BackupDamagedError('Something follows the end of the backup.');
      return parseJson(manifestSchema, bytes);
    }
  }

  /** How much of the file was read, 0 to 1. */
  get portion(): number {
    return this.#at / this.bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #take(length: number): Promise<Buffer> {
    if (this.#at + length > this.bytes) throw truncated('The file');
    const bytes = await readAt(this.#file, this.#at, length);
    this.#at += length;
    return bytes;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw truncated('The file');
    filled += bytesRead;
  }
  return buffer;
}

async function inflate(bytes: Buffer, index: number): Promise<Buffer> {
  try {
    return await decompress(bytes, { maxOutputLength: LARGEST_BLOCK });
  } catch (cause) {
    throw new BackupDamagedError(`Block ${index} of the backup can't be unpacked.`, { cause });
  }
}

function truncated(what: string): BackupDamagedError {
  return new BackupDamagedError(`${what} ends before the backup does.`);
}

function parseHeader(path: string, bytes: Buffer): BackupHeader {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch (cause) {
    throw new BackupDamagedError(`The beginning of ${path} can't be read.`, { cause });
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format > FORMAT)
    throw new BackupUnknownError(
      `${path} was made by a newer version: its format is ${format}, this one reads ${FORMAT}.`,
    );
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success) throw new BackupDamagedError(`The beginning of ${path} says what no backup says.`);
  return parsed.data;
}

/** Of a block that was opened, so what doesn't fit was written so. */
export function parseJson<T>(schema: { parse(value: unknown): T }, bytes: Buffer): T {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (cause) {
    throw new BackupDamagedError('A block of the backup says what no backup says.', { cause });
  }
}
