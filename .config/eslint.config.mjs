import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Most files are far shorter; one that has to be longer says why in its suppression. */
const maxFileLines = 300;
const maxFunctionLines = 80;

export default defineConfig(
  // The launcher is a shell script first; tools and fixtures that are broken on purpose are not ours to judge.
  { ignores: ['node_modules/', 'dist/', '.vscode-test/', 'test/fixtures/', 'docs/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // By habit: an interface for what a class implements, a type for data. No rule can tell them apart.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // `void promise` says on purpose that nobody waits; a bare one is a bug.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Records from outside are read by their field names, which tsconfig asks to be in brackets.
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    files: ['**/*.{ts,mjs}'],
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', { max: maxFileLines, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: maxFunctionLines, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: one thing has one name everywhere.' },
      ],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // Runs in the guest's realm, where prototypes may have been patched: methods are taken off them, lists are walked by
    // index, and the number of parameters is what guests see.
    files: ['daemon/host/guest/**/*.ts'],
    rules: {
      '@typescript-eslint/class-literal-property-style': 'off',
      '@typescript-eslint/no-useless-default-assignment': 'off',
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // DOMException is an error of its own making.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/prefer-string-starts-ends-with': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A describe() is one function, however many tests it holds.
      'max-lines-per-function': 'off',
      // expect-like assertions on values that the test itself has just made.
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Runs in the guest's realm, where whatever these rules prefer (iterators, methods of strings) is the guest's to replace.
    files: ['daemon/host/guest/modules/**/*.ts'],
    rules: {
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@typescript-eslint/no-unnecessary-template-expression': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      '@typescript-eslint/prefer-string-starts-ends-with': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Both are loaded by a tool that wants a default export.
    files: ['.config/eslint.config.mjs', '.tools/mocha-reporter.mjs'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
