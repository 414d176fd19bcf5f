import protobuf from "protobufjs/minimal.js";
import { type Field, type FieldType, type MessageName, type ModelProto, messages } from "./schema.ts";

type Message = Record<string, unknown>;

/** A model as protobuf bytes. */
export function encodeModel(model: ModelProto): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(writer, "ModelProto", model as unknown as Message);
  return writer.finish();
}

/** Protobuf bytes as a model; throws a RangeError or an Error where they are none. */
export function decodeModel(bytes: Uint8Array): ModelProto {
  const reader = protobuf.Reader.create(bytes);
  return readMessage(reader, bytes.length, "ModelProto") as unknown as ModelProto;
}

const WIRE_TYPES: Partial<Record<FieldType, number>> = { int64: 0, int32: 0, float: 5 };
const LENGTH_DELIMITED = 2;

function writeMessage(writer: protobuf.Writer, name: MessageName, message: Message): void {
  for (const [key, field] of Object.entries(messages[name]) as [string, Field][]) {
    const value = message[key];
    if (value === undefined) continue;
    for (const item of field.repeated ? (value as unknown[]) : [value]) writeField(writer, field, item);
  }
}

function writeField(writer: protobuf.Writer, { number, type }: Field, value: unknown): void {
  writer.uint32((number << 3) | (WIRE_TYPES[type] ?? LENGTH_DELIMITED));
  switch (type) {
    case "int64":
      writer.int64(value as number);
      break;
    case "int32":
      writer.int32(value as number);
      break;
    case "float":
      writer.float(value as number);
      break;
    case "string":
      writer.string(value as string);
      break;
    case "bytes":
      writer.bytes(value as Uint8Array);
      break;
    default:
      writer.fork();
      writeMessage(writer, type, value as Message);
      writer.ldelim();
  }
}

function readMessage(reader: protobuf.Reader, end: number, name: MessageName): Message {
  const fields = new Map(Object.entries(messages[name]).map(([key, field]) => [field.number, { key, field: field as Field }]));
  const message: Message = {};
  for (const [key, field] of Object.entries(messages[name]) as [string, Field][]) if (field.repeated) message[key] = [];
  while (reader.pos < end) {
    const tag = reader.uint32();
    const known = fields.get(tag >>> 3);
    if (!known) {
      reader.skipType(tag & 7);
      continue;
    }
    const { key, field } = known;
    const expected = WIRE_TYPES[field.type] ?? LENGTH_DELIMITED;
    const packed = field.repeated === true && expected !== LENGTH_DELIMITED && (tag & 7) === LENGTH_DELIMITED;
    if (!packed && (tag & 7) !== expected) throw new RangeError(`${name}.${key} has wire type ${tag & 7}`);
    if (!field.repeated) message[key] = readField(reader, field.type);
    else if (packed) {
      const stop = reader.uint32() + reader.pos;
      while (reader.pos < stop) (message[key] as unknown[]).push(readField(reader, field.type));
    } else (message[key] as unknown[]).push(readField(reader, field.type));
  }
  if (reader.pos !== end) throw new RangeError(`${name} ends inside a field`);
  return message;
}

function readField(reader: protobuf.Reader, type: FieldType): unknown {
  switch (type) {
    case "int64":
      return Number(reader.int64());
    case "int32":
      return reader.int32();
    case "float":
      return reader.float();
    case "string":
      return reader.string();
    case "bytes":
      return reader.bytes();
    default: {
      const end = reader.uint32() + reader.pos;
      return readMessage(reader, end, type);
    }
  }
}
