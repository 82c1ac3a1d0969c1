import { readFileSync, readdirSync } from 'node:fs';

/** A page as text, with what stands in it. Paths are relative to the root. */
export type Page = { readonly path: string; readonly text: string };

export const readPage = (root: string, path: string): Page => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') });

/** Every page below a folder. */
export function pagesUnder(root: string, folder: string): readonly Page[] {
  return readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
    .map((path) => readPage(root, `${folder}/${path}`));
}

/** The fenced blocks of a language, also those indented in a list, without their indent. */
export function codeBlocks({ text }: Page, language: string): readonly string[] {
  const fence = new RegExp('^( *)```' + language + '\\n(.*?)^ *```$', 'gms');
  return [...text.matchAll(fence)].map(([, indent = '', code = '']) =>
    code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** Where links to files of this repository lead: as written, without those to the web. */
export const linksOf = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => (/^[a-z]+:/.test(target) ? [] : [target]));

/** The anchors that a page's headings make, as GitHub makes them. */
export const anchorsOf = ({ text }: Page): readonly string[] =>
  [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
