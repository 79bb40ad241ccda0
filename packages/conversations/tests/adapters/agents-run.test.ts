import { describeEngines } from '@keelson/db-core/testing';
import { Agent, type Model, type ModelResponse, Runner, tool, Usage } from '@openai/agents-core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { Conversations } from '../../src/index.ts';
import { KeelsonSession } from '../../src/openai-agents/index.ts';

/** Calls the tool once in each run, then says how much it was given. */
class ScriptedModel implements Model {
  readonly given: number[] = [];

  async getResponse(request: Parameters<Model['getResponse']>[0]): Promise<ModelResponse> {
    const input = typeof request.input === 'string' ? [] : request.input;
    this.given.push(input.length);
    const isAnswered = input.at(-1)?.type === 'function_call_result';
    const callId = `call-${this.given.length}`;
    const output: ModelResponse['output'] = isAnswered
      ? [
          {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: `I was given ${input.length}.` }],
          },
        ]
      : [{ type: 'function_call', callId, name: 'weather', arguments: '{"city":"Oslo"}', status: 'completed' }];
    return { usage: new Usage(), output };
  }

  async *getStreamedResponse(): AsyncGenerator<never> {
    yield* [];
    throw new Error('Nothing here streams.');
  }
}

describeEngines('an agent with a session', (context) => {
  it('goes on from what was said before', async () => {
    const database = await context.open();
    const chats = new Conversations(database, 'ada');
    const { id } = await chats.createConversation();
    const model = new ScriptedModel();
    const weather = tool({
      name: 'weather',
      description: 'Tells the weather.',
      parameters: z.object({ city: z.string() }),
      execute: async ({ city }) => `${city}: 4 °C`,
    });
    const agent = new Agent({ name: 'Assistant', model, tools: [weather] });
    const runner = new Runner({ tracingDisabled: true });
    for (const question of ['Weather?', 'And now?']) {
      await runner.run(agent, question, { session: new KeelsonSession(database, 'ada', id) });
    }
    expect(model.given).toEqual([1, 3, 5, 7]);
    const { messages } = await chats.buildContext({ conversationId: id, maxTokens: 1_000 });
    expect(messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'Weather?'],
      ['assistant', ''],
      ['tool', 'Oslo: 4 °C'],
      ['assistant', 'I was given 3.'],
      ['user', 'And now?'],
      ['assistant', ''],
      ['tool', 'Oslo: 4 °C'],
      ['assistant', 'I was given 7.'],
    ]);
  });
});
