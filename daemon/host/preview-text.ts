import type { PropertyPreview, RemoteObject } from './inspector.ts';

/** Longest preview in a list of variables or completions. */
const MAX_CHARS = 200;

/** A value in one short line, from what the inspector says of it: no code of the guest runs for this. */
export function previewText(value: RemoteObject): string {
  const text = describe(value);
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)}…`;
}

/** typeof, or null. */
export function typeOf(value: RemoteObject): string {
  return value.subtype === 'null' ? 'null' : value.type;
}

function describe(value: RemoteObject): string {
  const { type, subtype, description = '', preview } = value;
  if (type === 'string') return String(value.value);
  if (type === 'function') return functionText(description);
  if (type !== 'object' || subtype === 'null') return value.unserializableValue ?? (description || String(value.value));
  if (preview === undefined || preview.properties.length === 0) return description || (value.className ?? 'Object');
  if (subtype === 'error') return description.split('\n', 1)[0] ?? '';
  const isArray = subtype === 'array' || subtype === 'typedarray';
  const shown = preview.properties.map((property) => (isArray && /^\d+$/.test(property.name) ? item(property) : named(property))); // prettier-ignore
  if (preview.overflow) shown.push('…');
  const name = description === 'Object' || subtype === 'array' ? '' : `${description} `;
  return isArray ? `${name}[ ${shown.join(', ')} ]` : `${name}{ ${shown.join(', ')} }`;
}

function functionText(source: string): string {
  if (source.startsWith('class')) return `[class ${/^class\s+([\w$]+)/.exec(source)?.[1] ?? '(anonymous)'}]`;
  return `[Function: ${/^(?:async\s+)?(?:function\s*)?\*?\s*([\w$]+)\s*\(/.exec(source)?.[1] ?? '(anonymous)'}]`;
}

function named(property: PropertyPreview): string {
  return `${property.name}: ${item(property)}`;
}

function item({ type, value }: PropertyPreview): string {
  if (type === 'string') return `'${value ?? ''}'`;
  return type === 'accessor' ? '[Getter]' : (value ?? type);
}
