import path from 'node:path';
import ts from 'typescript';

/**
 * Finds what code in `folder` would get from the guest when the guest patches prototypes or globals: methods of built-ins
 * that are called, globals that are read, and syntax that runs `Symbol.iterator`, each inside of a function. What runs while
 * the script is loaded comes before any guest, so that the functions named in `bootstrap` are left out.
 */
export function findPatchable(root: string, folder: string, bootstrap: readonly string[]): string[] {
  const configFile = path.join(root, 'tsconfig.json');
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  );
  const entry = path.join(root, folder, 'main.ts');
  const options = { ...config.options, incremental: false };
  delete options.tsBuildInfoFile;
  const program = ts.createProgram([entry], options);
  const checker = program.getTypeChecker();
  const files = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(path.join(root, folder)));
  return files.flatMap((file) => patchableIn(file, checker, bootstrap).map((found) => path.relative(root, found)));
}

function patchableIn(file: ts.SourceFile, checker: ts.TypeChecker, bootstrap: readonly string[]): string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${file.fileName}:${line + 1} ${what}`);
  };
  const visit = (node: ts.Node, isLater: boolean): void => {
    if (ts.isTypeNode(node) || isNamed(node, bootstrap)) return;
    const later = isLater || isFunction(node) || isInstanceField(node);
    if (later) check(node, checker, report);
    ts.forEachChild(node, (child) => { visit(child, later); }); // prettier-ignore
  };
  visit(file, false);
  return found;
}

function check(node: ts.Node, checker: ts.TypeChecker, report: (node: ts.Node, what: string) => void): void {
  if (ts.isPropertyAccessExpression(node) && isBuiltInMethod(node, checker)) report(node, `uses ${node.getText()}`);
  if (ts.isIdentifier(node) && isGlobalRead(node, checker)) report(node, `reads the global ${node.text}`);
  if (ts.isForOfStatement(node)) report(node, 'iterates');
  if (ts.isSpreadElement(node)) report(node, 'spreads an iterable');
  if (ts.isArrayBindingPattern(node)) report(node, 'destructures an iterable');
}

function isFunction(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function isInstanceField(node: ts.Node): boolean {
  return ts.isPropertyDeclaration(node) && !(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Static);
}

function isNamed(node: ts.Node, names: readonly string[]): boolean {
  return ts.isFunctionDeclaration(node) && node.name !== undefined && names.includes(node.name.text);
}

/** A property that a built-in inherits from its prototype: those of the language's library, but no own ones. */
function isBuiltInMethod(node: ts.PropertyAccessExpression, checker: ts.TypeChecker): boolean {
  const symbol = checker.getSymbolAtLocation(node.name);
  if (symbol === undefined || !isFromLibrary(symbol)) return false;
  const ownData = ['length', 'value', 'done', 'index', 'name', 'message', 'stack', 'prototype', 'constructor'];
  return !ownData.includes(symbol.name) && !isDescriptorField(symbol);
}

function isDescriptorField(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    ({ parent }) => ts.isInterfaceDeclaration(parent) && parent.name.text === 'PropertyDescriptor',
  );
}

const HARMLESS = ['undefined', 'Infinity', 'NaN', 'arguments'];

function isGlobalRead(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  if (HARMLESS.includes(node.text) || isNameOnly(node)) return false;
  const symbol = checker.getSymbolAtLocation(node);
  return symbol !== undefined && (symbol.flags & ts.SymbolFlags.Value) !== 0 && isFromLibrary(symbol);
}

/** The identifier names a member or a label, and reads nothing by itself. */
function isNameOnly(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return (
    !ts.isExpression(parent) &&
    !ts.isVariableDeclaration(parent) &&
    !ts.isReturnStatement(parent) &&
    !ts.isIfStatement(parent)
  );
}

function isFromLibrary(symbol: ts.Symbol): boolean {
  const declarations = symbol.declarations ?? [];
  return (
    declarations.length > 0 &&
    declarations.every((declaration) => declaration.getSourceFile().fileName.includes('/node_modules/'))
  );
}
