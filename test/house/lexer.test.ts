import { expect, test } from 'vitest';
import { blank, topLevel } from './lexer.ts';

const code = (text: string) => blank(text).code.replace(/ +/g, ' ');

test('comments and the insides of strings are gone, lines stay', () => {
  expect(code("a(); // Date.now()\n/* x\n y */ b('Date.now', \"it's\");")).toBe('a(); \n \n b(\' \', " ");');
  expect(blank("// no\nf('yes')").strings).toBe("     \nf('yes')");
});

test('an escaped quote does not end a string', () => {
  expect(code("f('a\\'b', c)")).toBe("f(' ', c)");
});

test('code inside a template counts, its text does not, however deep', () => {
  expect(code(`\`a \${b({ c: \`d \${e} f\` })} g\` + h`)).toBe(`\` \${b({ c: \` \${e} \` })} \` + h`);
});

test('a regular expression is no comment and no division', () => {
  expect(code('x.replace(/[/"]\\/\\/ /g, y); // z')).toBe('x.replace(/ /g, y); ');
  expect(code('const a = b / c / d;')).toBe('const a = b / c / d;');
});

test('the top level is what stands outside all brackets', () => {
  const top = topLevel('const a = f(x);\nfunction g() { let b = [1]; }\nlet c;').replace(/ +/g, ' ');
  expect(top).toBe('const a = f( );\nfunction g() { }\nlet c;');
});
