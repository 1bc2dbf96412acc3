// A first look at a session: modules, data beside the code, console output as it happens, and a value at the end.
//   npm start -- docs/examples/report/main.js
import { bar, extremes, mean } from './statistics.js';
import week from './data.json' with { type: 'json' };

console.log(`${week.title}: ${week.days.length} days`);

const days = week.days.map(({ day, high, low }) => ({
  day,
  high: mean(high),
  low: mean(low),
  range: mean(high) - mean(low),
}));
console.table(days);

const { least: neap, most: spring } = extremes(days, ({ range }) => range);
for (const { day, range } of days) {
  const note = day === spring.day ? '  ← spring tide' : day === neap.day ? '  ← neap tide' : '';
  console.log(`${day} ${bar(range, spring.range)} ${range} ${week.unit}${note}`);
}

const summary = { title: week.title, meanRange: Math.round(mean(days.map(({ range }) => range))), spring, neap };

// What a module exports as default is the run's result.
export default summary;
