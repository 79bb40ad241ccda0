import { createHash } from 'node:crypto';
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
  headerSchema,
  INCREMENT_FORMAT,
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
  readonly #digest = createHash('sha256');
  #index = 0;

  private constructor(file: FileHandle, seal: Seal, start: Buffer) {
    this.#file = file;
    this.#seal = seal;
    this.#digest.update(start);
  }

  static async create(path: string, header: BackupHeader, keys: SecretKeys | undefined): Promise<BackupWriter> {
    const bytes = Buffer.from(JSON.stringify(header));
    const file = await open(path, 'wx', 0o600);
    try {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      const start = Buffer.concat([MAGIC, length, bytes]);
      await file.appendFile(start);
      return new BackupWriter(file, sealOf(header, bytes, keys), start);
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
    const block = Buffer.concat([prefix, sealed]);
    this.#digest.update(block);
    await this.#file.appendFile(block);
  }

  /** Makes it whole, and sure to be on the disk. Gives its size. */
  async finish(manifest: Manifest): Promise<number> {
    const digest = this.#digest.copy().digest('hex');
    await this.write(BLOCKS.manifest, Buffer.from(JSON.stringify({ ...manifest, digest })));
    await this.#file.sync();
    return (await this.#file.stat()).size;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** What the end of a backup says of all of it. */
export interface Contents {
  readonly manifest: Manifest;
  /**
   * SHA-256 of the manifest as it is in the file. The manifest has that of everything before it, so this stands for the
   * whole file, and needs none of it but the end to be known.
   */
  readonly digest: string;
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
  async *blocks(keys: SecretKeys | undefined, signal?: AbortSignal): AsyncGenerator<Block, Contents, undefined> {
    const seal = sealOf(this.header, this.#headerBytes, keys);
    const digest = createHash('sha256').update(await readAt(this.#file, 0, this.#at));
    for (let index = 0; ; index += 1) {
      signal?.throwIfAborted();
      const prefix = await this.#take(PREFIX_BYTES);
      const length = prefix.readUInt32BE(0);
      const kind = prefix.readUInt8(4) as BlockKind;
      if (length > LARGEST_BLOCK) throw new BackupDamagedError(`Block ${index} of the backup has no possible length.`);
      const sealed = await this.#take(length);
      const bytes = await inflate(seal.open(sealed, index, kind), index);
      if (kind !== BLOCKS.manifest) {
        digest.update(prefix).update(sealed);
        yield { kind, bytes };
        continue;
      }
      const contents = this.#contentsOf(bytes, sealed);
      const { digest: told } = contents.manifest;
      if (told !== undefined && told !== digest.digest('hex'))
        throw new BackupDamagedError('The backup is not as it was written.');
      return contents;
    }
  }

  /** The manifest alone: the blocks before it are passed over. @throws BackupDamagedError, BackupKeyError */
  async contents(keys: SecretKeys | undefined): Promise<Contents> {
    const seal = sealOf(this.header, this.#headerBytes, keys);
    for (let index = 0; ; index += 1) {
      const prefix = await this.#take(PREFIX_BYTES);
      const length = prefix.readUInt32BE(0);
      const kind = prefix.readUInt8(4) as BlockKind;
      if (kind !== BLOCKS.manifest) {
        this.#at += length;
        continue;
      }
      if (length > LARGEST_BLOCK) throw new BackupDamagedError('The end of the backup has no possible length.');
      const sealed = await this.#take(length);
      return this.#contentsOf(await inflate(seal.open(sealed, index, kind), index), sealed);
    }
  }

  #contentsOf(bytes: Buffer, sealed: Buffer): Contents {
    if (this.#at !== this.bytes) throw new BackupDamagedError('Something follows the end of the backup.');
    const digest = createHash('sha256').update(sealed).digest('hex');
    return { manifest: parseJson(manifestSchema, bytes), digest };
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
  if (typeof format === 'number' && format > INCREMENT_FORMAT)
    throw new BackupUnknownError(
      `${path} was made by a newer version: its format is ${format}, this one reads ${INCREMENT_FORMAT}.`,
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
