import { parseSync } from 'oxc-parser';

/** One place where a file names another module. */
export interface ImportSite {
  readonly specifier: string;
  /** Gone when the types are stripped. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface FileFacts {
  readonly imports: readonly ImportSite[];
  /** Lines on which a member named `system` is called or taken out of an object. */
  readonly systemLines: readonly number[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
}

function literal(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined;
}

/** The name of a property or a member, written `a.b` or `a['b']`. */
function keyName(key: unknown, computed: unknown): string | undefined {
  if (computed === true) return literal(key);
  return isNode(key) && key.type === 'Identifier' ? (key['name'] as string) : literal(key);
}

function everyType(specifiers: unknown, kind: string): boolean {
  const list = Array.isArray(specifiers) ? specifiers.filter(isNode) : [];
  return list.length > 0 && list.every((specifier) => specifier[kind] === 'type');
}

/** Reads what a TypeScript or JavaScript file imports. Throws when it does not parse. `path` tells the language. */
export function readFacts(path: string, text: string): FileFacts {
  const result = parseSync(path, text);
  const [fault] = result.errors;
  if (fault !== undefined) throw new Error(`${path} does not parse: ${fault.message}`);

  const imports: ImportSite[] = [];
  const systemLines: number[] = [];
  const lineOf = (node: Node): number => text.slice(0, node.start).split('\n').length;
  const add = (node: Node, source: unknown, typeOnly: boolean): void => {
    const specifier = literal(source);
    if (specifier !== undefined) imports.push({ specifier, typeOnly, line: lineOf(node) });
  };

  const visit = (node: Node): void => {
    switch (node.type) {
      case 'ImportDeclaration':
        add(node, node['source'], node['importKind'] === 'type' || everyType(node['specifiers'], 'importKind'));
        break;
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node, node['source'], node['exportKind'] === 'type' || everyType(node['specifiers'], 'exportKind'));
        break;
      case 'ImportExpression':
        add(node, node['source'], false);
        break;
      case 'TSImportType':
        add(node, node['source'] ?? node['argument'], true);
        break;
      case 'CallExpression': {
        const callee = node['callee'];
        if (!isNode(callee)) break;
        if (callee.type === 'MemberExpression' && keyName(callee['property'], callee['computed']) === 'system') {
          systemLines.push(lineOf(node));
        }
        // `require('x')`, also the one that createRequire makes.
        const args = node['arguments'];
        if (callee.type === 'Identifier' && callee['name'] === 'require' && Array.isArray(args))
          add(node, args[0], false);
        break;
      }
      case 'ObjectPattern': {
        const properties = Array.isArray(node['properties']) ? node['properties'].filter(isNode) : [];
        for (const property of properties) {
          if (keyName(property['key'], property['computed']) === 'system') systemLines.push(lineOf(property));
        }
        break;
      }
      default:
    }
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) for (const item of value) if (isNode(item)) visit(item);
      if (isNode(value)) visit(value);
    }
  };
  visit(result.program as unknown as Node);
  return { imports, systemLines };
}
