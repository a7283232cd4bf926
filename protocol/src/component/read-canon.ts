import type { ByteReader } from '../admission/byte-reader.ts';
import type { CanonOptions, Definition } from './definitions.ts';
import { malformed, readVector, unsupported } from './read-parts.ts';

/** Section 8: how core functions become component functions and back (component model, Binary.md, "canon"). */
const ENCODINGS = ['utf8', 'utf16', 'latin1+utf16'];

export function readCanon(reader: ByteReader): Definition {
  const code = reader.byte();
  switch (code) {
    case 0x00: {
      expectFunc(reader);
      const coreFunc = reader.u32();
      const options = readOptions(reader);
      return { is: 'lift', coreFunc, options, type: reader.u32() };
    }
    case 0x01: {
      expectFunc(reader);
      const func = reader.u32();
      return { is: 'lower', func, options: readOptions(reader) };
    }
    case 0x02:
      return { is: 'resource.new', type: reader.u32() };
    case 0x03:
      return { is: 'resource.drop', type: reader.u32() };
    case 0x04:
      return { is: 'resource.rep', type: reader.u32() };
    default:
      throw unsupported(
        `canonical built-in 0x${code.toString(16)} is not supported: build for WASI 0.2, without async`,
      );
  }
}

function expectFunc(reader: ByteReader): void {
  if (reader.byte() !== 0) throw malformed('only functions can be lifted and lowered');
}

function readOptions(reader: ByteReader): CanonOptions {
  const options = { memory: null as number | null, realloc: null as number | null, postReturn: null as number | null };
  const set = (key: keyof typeof options) => {
    if (options[key] !== null) throw malformed(`the option ${key} is there twice`);
    options[key] = reader.u32();
  };
  readVector(reader, 'options', () => {
    const code = reader.byte();
    if (code === 0x03) set('memory');
    else if (code === 0x04) set('realloc');
    else if (code === 0x05) set('postReturn');
    else if (code === 0x01 || code === 0x02)
      throw unsupported(`strings in ${ENCODINGS[code]} are not supported: build for ${ENCODINGS[0]}`);
    else if (code !== 0x00)
      throw unsupported(`canonical option 0x${code.toString(16)} is not supported: build without async`);
  });
  return options;
}
