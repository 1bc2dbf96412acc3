/**
 * Kinds of work that programs spend their time with, as source text for a module: objects that call each other, numbers in
 * typed arrays, texts and patterns, maps, closures, sorting. Its default export is the milliseconds that all took.
 */
export const CPU_WORK = `
class Task {
  constructor(id, next) { this.id = id; this.next = next; this.load = id; }
  step(heap) { this.load = (this.load * 31 + heap.length) % 1009; if (this.load % 3 === 0) heap.push(this.load); else heap.pop(); return this.next; }
}
class Urgent extends Task { step(heap) { const next = super.step(heap); this.load ^= 5; return next.next; } }

function schedule() {
  const first = new Task(0, null);
  let last = first;
  for (let i = 1; i < 50; i++) last = last.next = new (i % 7 === 0 ? Urgent : Task)(i, null);
  last.next = first;
  const heap = [];
  let sum = 0;
  for (let i = 0, task = first; i < 3e6; i++) { task = task.step(heap); sum = (sum + task.load) | 0; }
  return sum;
}

function transform() {
  const size = 1 << 15, re = new Float64Array(size), im = new Float64Array(size);
  for (let i = 0; i < size; i++) re[i] = Math.sin(i) * 100;
  for (let round = 0; round < 8; round++) {
    for (let half = 1; half < size; half *= 2) {
      for (let start = 0; start < size; start += half * 2) {
        for (let k = start; k < start + half; k++) {
          const angle = (-Math.PI * (k - start)) / half, c = Math.cos(angle), s = Math.sin(angle);
          const x = re[k + half] * c - im[k + half] * s, y = re[k + half] * s + im[k + half] * c;
          re[k + half] = re[k] - x; im[k + half] = im[k] - y; re[k] += x; im[k] += y;
        }
      }
    }
    for (let i = 0; i < size; i++) { re[i] /= size; im[i] /= size; }
  }
  return re[7];
}

function texts() {
  let found = 0;
  for (let i = 0; i < 60_000; i++) {
    const text = \`user\${i}@example-\${i % 97}.org, \${'word '.repeat(i % 7)}\`;
    const match = /^(\\w+)@([\\w-]+)\\.(org|com)/.exec(text);
    found += match[1].length + text.split(' ').map((word) => word.toUpperCase()).join('-').length + text.replace(/o/g, '0').indexOf('0');
  }
  return found;
}

function collections() {
  const map = new Map(), objects = {};
  let sum = 0;
  for (let i = 0; i < 400_000; i++) {
    const key = 'k' + (i * 7919) % 20_011;
    map.set(key, (map.get(key) ?? 0) + i);
    objects[key] = (objects[key] ?? 0) ^ i;
  }
  for (const [key, value] of map) sum += value + objects[key];
  return sum;
}

function functional() {
  const list = Array.from({ length: 200_000 }, (_, i) => ({ id: i, rank: (i * 2654435761) % 100_003, tags: [i % 3, i % 5] }));
  const sorted = list.toSorted((a, b) => a.rank - b.rank || a.id - b.id);
  const groups = Object.groupBy(sorted, ({ tags: [first, second] }) => first + '/' + second);
  return Object.values(groups).map((group) => group.reduce((sum, { rank }) => sum + rank, 0)).join().length + JSON.stringify(sorted).length;
}

const start = performance.now();
for (const work of [schedule, transform, texts, collections, functional]) if (!(Math.abs(work()) >= 0)) throw new Error(work.name);
export default performance.now() - start;
`;
