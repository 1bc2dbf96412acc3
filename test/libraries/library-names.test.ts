import assert from 'node:assert/strict';
import {
  LIBRARIES,
  formatLibrary,
  libraryGlobal,
  parseLibraryName,
  parsePinnedLibrary,
  pinnedLibrary,
} from '../../shared/catalogue/libraries.ts';

describe('the name of a library', () => {
  const meanings: readonly (readonly [string, string, string | undefined])[] = [
    ['lodash', 'lodash', '4.17.21'],
    ['lodash@4.17.21', 'lodash', '4.17.21'],
    ['lodash-4.17.21', 'lodash', '4.17.21'],
    ['lodash@4.17.20', 'lodash', '4.17.20'],
    ['lodash@^4', 'lodash', '^4'],
    ['lodash@>=4.0.0 <5', 'lodash', '>=4.0.0 <5'],
    ['lodash@latest', 'lodash', 'latest'],
    ['date-fns-2.30.0', 'date-fns', '2.30.0'],
    ['date-fns', 'date-fns', undefined],
    ['@scope/name@1.2.3', '@scope/name', '1.2.3'],
    ['@scope/name-1.2.3', '@scope/name', '1.2.3'],
    ['@scope/name', '@scope/name', undefined],
    ['thing@1.0.0-rc.1+build.5', 'thing', '1.0.0-rc.1+build.5'],
    ['JSONStream@1.3.5', 'JSONStream', '1.3.5'],
  ];
  for (const [text, name, wanted] of meanings) {
    it(`"${text}" means ${name} in ${wanted ?? 'any version'}`, () => {
      assert.deepEqual(parseLibraryName(text), wanted === undefined ? { name } : { name, wanted });
    });
  }

  const nonsense = [
    '',
    '@',
    'lodash@',
    '@scope',
    '@scope/',
    '../lodash',
    '/etc/passwd',
    'a/b',
    '.hidden',
    'lodash@npm:evil',
    'lodash@file:../x',
    'lodash@git+ssh://host/x',
    'lodash@https://host/x.tgz',
    'lodash@user/repo',
    'lod ash',
    'lodash\n',
    'a'.repeat(215),
  ];
  for (const text of nonsense) {
    it(`${JSON.stringify(text).slice(0, 40)} is none`, () => {
      assert.equal(parseLibraryName(text), undefined);
    });
  }

  it('is a reference only with exactly one version', () => {
    assert.deepEqual(pinnedLibrary({ name: 'a', wanted: '1.2.3' }), { name: 'a', version: '1.2.3' });
    for (const wanted of ['^1.2.3', '1', '1.2', '1.2.x', 'latest', '>=1.2.3']) {
      assert.equal(pinnedLibrary({ name: 'a', wanted }), undefined, wanted);
    }
    assert.equal(parsePinnedLibrary('date-fns'), undefined);
  });

  it('is written in one way, which reads back', () => {
    for (const text of ['lodash@4.17.21', '@scope/name@1.2.3-beta.0']) {
      assert.equal(formatLibrary(parsePinnedLibrary(text)!), text);
    }
    assert.equal(formatLibrary(parsePinnedLibrary('lodash-4.17.21')!), 'lodash@4.17.21');
  });
});

describe('the global of a library', () => {
  it("is the catalogue's", () => {
    assert.deepEqual(
      Object.keys(LIBRARIES).map((name) => libraryGlobal(name)),
      ['_', 'moment', 'axios', 'R', 'dayjs', 'zustand'],
    );
  });

  const globals: readonly (readonly [string, string | undefined])[] = [
    ['date-fns', 'dateFns'],
    ['@scope/query-core', 'queryCore'],
    ['lodash.debounce', 'lodashDebounce'],
    ['uuid', 'uuid'],
    ['7zip', undefined],
  ];
  for (const [name, global] of globals) {
    it(`of ${name} is ${global ?? 'none'}`, () => {
      assert.equal(libraryGlobal(name), global);
    });
  }
});
