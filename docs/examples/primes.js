// A script without imports: console output as it happens, and the value of the last expression at the end.
//   npm start -- docs/examples/primes.js

const limit = 100_000;
console.log(`Sieving the numbers up to ${limit} …`);

const composite = new Uint8Array(limit + 1);
for (let factor = 2; factor * factor <= limit; factor++) {
  if (composite[factor]) continue;
  for (let multiple = factor * factor; multiple <= limit; multiple += factor) composite[multiple] = 1;
}

const primes = [];
for (let number = 2; number <= limit; number++) if (!composite[number]) primes.push(number);
console.log(`${primes.length} primes, the last is ${primes.at(-1)}`);

// After 5 a prime ends in 1, 3, 7 or 9. Two neighbours ought not to know of each other's last digit: they do.
const digits = [1, 3, 7, 9];
const pairs = Object.fromEntries(digits.map((a) => [a, Object.fromEntries(digits.map((b) => [b, 0]))]));
for (let index = 4; index < primes.length; index++) pairs[primes[index - 1] % 10][primes[index] % 10]++;
console.table(pairs);

const repeated = digits.reduce((sum, digit) => sum + pairs[digit][digit], 0);
({
  primes: primes.length,
  sameLastDigitAgain: `${((100 * repeated) / (primes.length - 4)).toFixed(1)} %`,
  ifChance: '25.0 %',
});
