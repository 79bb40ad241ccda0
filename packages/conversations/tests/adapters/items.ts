import type { AgentInputItem } from '@openai/agents-core';
import fc from 'fast-check';
import { anyId, anyJson, anyObject, anyText, record } from './values.ts';

const status = fc.constantFrom('in_progress', 'completed', 'incomplete');
const shared = { id: anyId, providerData: anyObject };
const bytes = fc.uint8Array({ maxLength: 12 });

const userContent = fc.oneof(
  record({ type: fc.constant('input_text'), text: anyText }, { providerData: anyObject }),
  record(
    { type: fc.constant('input_image'), image: fc.oneof(fc.webUrl(), fc.record({ id: anyId })) },
    { detail: fc.constantFrom('low', 'high') },
  ),
  record(
    {
      type: fc.constant('input_file'),
      file: fc.oneof(anyText, fc.record({ id: anyId }), fc.record({ url: fc.webUrl() })),
    },
    { filename: anyText },
  ),
  record({ type: fc.constant('audio'), audio: fc.oneof(anyText, fc.record({ id: anyId })) }, { transcript: anyText }),
);

const assistantContent = fc.oneof(
  record({ type: fc.constant('output_text'), text: anyText }, { providerData: anyObject }),
  record({ type: fc.constant('refusal'), refusal: anyText }),
  record({ type: fc.constant('image'), image: anyText }),
);

/** Items of every kind, and of kinds that nobody knows yet. */
export const anyItem = fc.oneof(
  record(
    { role: fc.constant('user'), content: fc.oneof(anyText, fc.array(userContent, { maxLength: 4 })) },
    {
      type: fc.constant('message'),
      ...shared,
    },
  ),
  record({ type: fc.constant('message'), role: fc.constant('system'), content: anyText }, shared),
  record(
    {
      type: fc.constant('message'),
      role: fc.constant('assistant'),
      status,
      content: fc.array(assistantContent, { maxLength: 3 }),
    },
    shared,
  ),
  record(
    {
      type: fc.constant('function_call'),
      callId: anyId,
      name: anyId,
      arguments: fc.oneof(
        anyText,
        anyJson.map((value) => JSON.stringify(value)),
      ),
    },
    { status, namespace: anyId, ...shared },
  ),
  record(
    {
      type: fc.constant('function_call_result'),
      callId: anyId,
      name: anyId,
      status,
      output: fc.oneof(
        anyText,
        record({ type: fc.constant('text'), text: anyText }),
        record({ type: fc.constant('image'), image: record({ data: bytes, mediaType: fc.constant('image/png') }) }),
        fc.array(userContent, { maxLength: 3 }),
      ),
    },
    shared,
  ),
  record(
    {
      type: fc.constant('reasoning'),
      content: fc.array(record({ type: fc.constant('input_text'), text: anyText }), { maxLength: 3 }),
    },
    {
      rawContent: fc.array(record({ type: fc.constant('reasoning_text'), text: anyText }), { maxLength: 2 }),
      ...shared,
    },
  ),
  record({ type: fc.constant('hosted_tool_call'), name: anyId }, { output: anyText, status: anyText, ...shared }),
  record({
    type: fc.constant('computer_call'),
    callId: anyId,
    status,
    action: record({ type: fc.constant('screenshot') }),
  }),
  record({
    type: fc.constant('computer_call_result'),
    callId: anyId,
    output: record({ type: fc.constant('computer_screenshot'), data: anyText }),
  }),
  record({ type: fc.constant('shell_call'), callId: anyId, action: record({ commands: fc.array(anyText) }) }),
  record({
    type: fc.constant('shell_call_output'),
    callId: anyId,
    output: fc.array(record({ stdout: anyText, stderr: anyText, outcome: record({ type: fc.constant('timeout') }) })),
  }),
  record({ type: fc.constant('tool_search_call'), arguments: anyJson }, { call_id: fc.constant(null) }),
  record({ type: fc.constant('compaction'), encrypted_content: anyText }, shared),
  record({ type: fc.constantFrom('unknown', 'what_comes_next') }, { content: anyJson, ...shared }),
) as fc.Arbitrary<AgentInputItem>;
