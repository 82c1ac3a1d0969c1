/** Text that every engine and store keeps as it is. */
export const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
