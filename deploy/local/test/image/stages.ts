/** A Dockerfile as data, read by the parser that editors use. */
import { type Copy, type Dockerfile, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';

export interface Step {
  readonly keyword: string;
  /** What follows the keyword, as it stands there; flags too. */
  readonly text: string;
  /** The words of it, without flags. */
  readonly words: readonly string[];
  /** The stage that a COPY takes from; null: the context. */
  readonly from: string | null;
}

export interface Stage {
  readonly name: string;
  /** The stage or image it begins with. */
  readonly base: string;
  readonly steps: readonly Step[];
}

export const parse = (text: string): Dockerfile => DockerfileParser.parse(text);

/** The stages in order; the last one, the image, is called 'image' where it has no name. */
export function stagesOf(text: string): Stage[] {
  const stages: { name: string; base: string; steps: Step[] }[] = [];
  for (const instruction of parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') {
      const from = instruction as From;
      stages.push({ name: from.getBuildStage() ?? 'image', base: from.getImage() ?? '', steps: [] });
    } else stages.at(-1)?.steps.push(stepOf(instruction, keyword));
  }
  return stages;
}

const stepOf = (instruction: Instruction, keyword: string): Step => ({
  keyword,
  text: instruction.getRawArgumentsContent() ?? '',
  words: instruction.getArguments().map((argument) => argument.getValue()),
  from: keyword === 'COPY' ? ((instruction as Copy).getFromFlag()?.getValue() ?? null) : null,
});
