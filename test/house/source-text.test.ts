import { expect, test } from 'vitest'
import { codeAlone, withoutComments } from './source-text.ts'

test('comments become blanks of the same size, line by line', () => {
  expect(withoutComments('a // b\n/* c\nd */ e')).toBe('a     \n    \n     e')
})

test('a comment mark inside a string is no comment', () => {
  expect(withoutComments(`open('http://x') // y`)).toBe(`open('http://x')     `)
})

test('strings become blanks when code alone is asked for', () => {
  expect(codeAlone(`f('any') + any + "any"`)).toBe('f(     ) + any +      ')
})

test('an escaped quote does not end a string', () => {
  expect(codeAlone(String.raw`'a\'b' + c`)).toBe('       + c')
})

test('the code inside a template stays, also with braces and templates in it', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template is what is tested
  expect(codeAlone('`a ${b({ c: `d ${e}` })} f` + g')).toBe('     b({ c:      e   })     + g')
})

test('a regular expression is blanked, a division is not', () => {
  expect(codeAlone(`x = /['"/*]/.test(y)`)).toBe('x =         .test(y)')
  expect(codeAlone(`x = a / b / "c"`)).toBe('x = a / b /    ')
  expect(codeAlone('return (a + b) / c // d')).toBe('return (a + b) / c     ')
})

test('a slash inside a class of a regular expression does not end it', () => {
  expect(codeAlone('f(/[/]x/, y)')).toBe('f(      , y)')
})
