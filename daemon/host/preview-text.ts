import type { ObjectPreview, PropertyPreview, RemoteObject } from './inspector.ts';

/** Longest preview in a list of variables or completions. */
const MAX_CHARS = 200;
/** Elements of an array, a Map or a Set. */
const MAX_ITEMS = 10;

/** A value in one short line, much as Node shows it, from what the inspector says of it: no code of the guest runs. */
export function previewText(value: RemoteObject): string {
  const text = describe(value).replaceAll('\n', ' ');
  return text.length <= MAX_CHARS ? text : `${text.slice(0, MAX_CHARS)}…`;
}

function describe({ type, subtype, value, unserializableValue, description, preview }: RemoteObject): string {
  if (type === 'string') return String(value);
  if (type === 'object' && preview !== undefined) return showObject(preview);
  if (subtype === 'null') return 'null';
  return unserializableValue ?? description ?? String(value);
}

function showObject(preview: ObjectPreview): string {
  const { subtype, description = 'Object' } = preview;
  switch (subtype) {
    case 'null':
      return 'null';
    case 'regexp':
    case 'proxy':
      return description;
    case 'date':
      return showDate(description);
    case 'error':
      return firstLine(description);
    case 'promise':
      return showPromise(preview);
    case 'array':
    case 'typedarray':
      return showArray(preview, description);
    case 'map':
    case 'set':
      return showEntries(preview, description);
    case 'arraybuffer':
      return `${description.replace(/\(\d+\)$/, '')} { byteLength: ${countIn(description)} }`;
    case 'generator':
      return 'Object [Generator] {}';
    default:
      return showProperties(preview, description === 'Object' ? '' : `${description} `);
  }
}

function showProperties({ properties, overflow }: ObjectPreview, name: string): string {
  const visible = properties.filter((property) => !property.name.startsWith('[['));
  const shown = visible.map((property) => `${keyText(property.name)}: ${showProperty(property)}`);
  if (overflow) shown.push('...');
  return braced(name, '{', shown, '}');
}

function showArray({ properties }: ObjectPreview, description: string): string {
  const elements = properties.filter(({ name }) => /^\d+$/.test(name)).slice(0, MAX_ITEMS);
  const shown = withRest(elements.map(showProperty), countIn(description));
  return braced(description.startsWith('Array(') ? '' : `${description} `, '[', shown, ']');
}

function showEntries({ entries = [] }: ObjectPreview, description: string): string {
  const some = entries.slice(0, MAX_ITEMS).map(({ key, value }) => {
    return key === undefined ? showEntry(value) : `${showEntry(key)} => ${showEntry(value)}`;
  });
  return braced(`${description} `, '{', withRest(some, countIn(description)), '}');
}

function braced(name: string, open: string, shown: readonly string[], close: string): string {
  return shown.length === 0 ? `${name}${open}${close}` : `${name}${open} ${shown.join(', ')} ${close}`;
}

function withRest(shown: string[], total: number): string[] {
  const missing = total - shown.length;
  return missing <= 0 ? shown : [...shown, `... ${missing} more item${missing === 1 ? '' : 's'}`];
}

function showEntry(value: ObjectPreview): string {
  if (value.type === 'object') return showObject(value);
  return value.type === 'string' ? quote(value.description ?? '') : (value.description ?? value.type);
}

function showPromise({ properties }: ObjectPreview): string {
  const internal = (name: string): PropertyPreview | undefined =>
    properties.find((property) => property.name === `[[${name}]]`);
  const state = internal('PromiseState')?.value;
  const result = internal('PromiseResult');
  if (state === 'pending' || result === undefined) return 'Promise { <pending> }';
  return `Promise { ${state === 'rejected' ? '<rejected> ' : ''}${showProperty(result)} }`;
}

function showProperty({ type, subtype, value = '' }: PropertyPreview): string {
  if (type === 'string') return quote(value);
  if (type === 'accessor') return '[Getter]';
  if (type === 'function') return '[Function]';
  if (type !== 'object' || subtype === 'null' || subtype === 'regexp') return value === '' ? type : value;
  return subtype === 'date' ? showDate(value) : `[${firstLine(value)}]`;
}

function showDate(description: string): string {
  const time = new Date(description);
  return Number.isNaN(time.getTime()) ? description : time.toISOString();
}

function keyText(name: string): string {
  if (name.startsWith('Symbol(')) return `[${name}]`;
  return /^(?:[\p{ID_Start}$_][\p{ID_Continue}$]*|\d+)$/u.test(name) ? name : quote(name);
}

function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : '`';
  return `${mark}${text.replaceAll('\n', '\\n')}${mark}`;
}

/** The 3 of `Map(3)`. */
function countIn(description: string): number {
  return Number(/\((\d+)\)$/.exec(description)?.[1] ?? 0);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
