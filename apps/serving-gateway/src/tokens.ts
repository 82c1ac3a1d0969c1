/** Injects what answering needs (AnswerPorts). */
export const ANSWER_PORTS = Symbol('answer-ports');
