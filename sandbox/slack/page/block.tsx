/**
 * Draws any Block Kit block by its type: the registry of blocks.
 * Invariant: a block that is unknown, or that fails while it is drawn, shows a labelled box; its neighbours stay.
 */
import { Component, type ComponentChildren, type VNode } from 'preact';
import type { Block } from '../wire.js';
import {
  Alert,
  Context,
  Divider,
  Elements,
  Header,
  Input,
  Markdown,
  RichText,
  Section,
} from './block-text.js';
import { Card, Carousel, Container } from './block-card.js';
import { Chart } from './block-chart.js';
import { DataTable } from './block-data-table.js';
import { Table } from './block-table.js';
import { FileBlock, ImageBlock, Video } from './block-image.js';
import { Plan, TaskCard } from './block-plan.js';
import { blockId } from './form.js';
import { str, type Obj } from './json.js';
import type { BlockProps } from './parts.js';
import { SurfaceContext, type Surface } from './surface.js';
import { Unknown } from './unknown.js';

type Part = (props: BlockProps) => VNode;

const parts: Record<string, Part> = {
  section: Section,
  header: Header,
  context: Context,
  context_actions: Elements,
  divider: Divider,
  actions: Elements,
  input: Input,
  image: ImageBlock,
  rich_text: RichText,
  markdown: Markdown,
  table: Table,
  data_table: DataTable,
  data_visualization: Chart,
  card: Card,
  carousel: Carousel,
  container: Container,
  plan: Plan,
  task_card: TaskCard,
  video: Video,
  file: FileBlock,
  alert: Alert,
};

/** The blocks of a surface, top to bottom. */
export function Blocks({ blocks, surface }: { blocks: Block[]; surface: Surface }): VNode {
  return (
    <SurfaceContext.Provider value={surface}>
      <div class={`blocks on-${surface.kind}`}>
        <BlockList blocks={blocks} />
      </div>
    </SurfaceContext.Provider>
  );
}

/** Blocks inside a surface or inside another block. */
function BlockList({ blocks }: { blocks: Obj[] }): VNode {
  return (
    <>
      {blocks.map((block, at) => (
        <OneBlock key={blockId(block, at)} block={block} id={blockId(block, at)} />
      ))}
    </>
  );
}

const nested = (blocks: Obj[]): VNode => <BlockList blocks={blocks} />;

function OneBlock({ block, id }: { block: Obj; id: string }): VNode {
  const type = str(block.type);
  const Known = parts[type];
  return (
    <div class={`block block-${Known === undefined ? 'unknown' : type}`} data-block-id={id}>
      {Known === undefined ? (
        <Unknown what="block" json={block} />
      ) : (
        <Guard block={block}>
          <Known block={block} id={id} nested={nested} />
        </Guard>
      )}
    </div>
  );
}

/** Shows the box in place of a block that failed; a changed block is tried again. */
class Guard extends Component<{ block: Obj; children: ComponentChildren }, { failed: Obj | null }> {
  override state: { failed: Obj | null } = { failed: null };

  override componentDidCatch(): void {
    this.setState({ failed: this.props.block });
  }

  override render(): ComponentChildren {
    const { block, children } = this.props;
    return this.state.failed === block ? <Unknown what="block" json={block} /> : children;
  }
}
