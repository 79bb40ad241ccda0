/**
 * A conversation of each program with whatever the program's source can put into its export. Every text that says something
 * begins with `§`, so that a test can look for it.
 */
const NO_PARENT = '00000000-0000-0000-0000-000000000000';
let count = 0;

/** A text that is nowhere else. */
function said(what: string): string {
  count += 1;
  return `§${count} ${what}§`;
}

type Fields = Record<string, unknown>;

function chatgptNode(id: string, parent: string | null, message: Fields | null): Fields {
  const whole = message && {
    id,
    author: { role: 'assistant', name: null, metadata: {} },
    create_time: null,
    update_time: null,
    status: 'finished_successfully',
    end_turn: true,
    weight: 1,
    metadata: {},
    recipient: 'all',
    channel: null,
    ...message,
  };
  return { [id]: { id, parent, children: [], message: whole } };
}

export function chatgptExport(): Fields {
  const contents: readonly Fields[] = [
    { content_type: 'text', parts: [said('text')] },
    { content_type: 'code', language: said('language'), response_format_name: said('schema'), text: said('code') },
    { content_type: 'execution_output', text: said('output') },
    { content_type: 'citable_code_output', output_str: said('cited output') },
    { content_type: 'computer_output', computer_id: said('computer'), screenshot: { asset_pointer: said('screen') } },
    { content_type: 'system_error', name: said('error name'), text: said('error') },
    {
      content_type: 'tether_browsing_display',
      result: said('result'),
      summary: said('summary'),
      assets: [said('asset')],
    },
    {
      content_type: 'tether_quote',
      url: said('url'),
      domain: said('domain'),
      text: said('quote'),
      title: said('title'),
    },
    { content_type: 'sonic_webpage', url: said('url'), text: said('page'), snippet: said('snippet') },
    { content_type: 'user_editable_context', user_profile: said('profile'), user_instructions: said('instructions') },
    { content_type: 'model_editable_context', model_set_context: said('memory'), structured_context: { a: said('b') } },
    {
      content_type: 'thoughts',
      thoughts: [
        { summary: said('heading'), content: said('thought'), chunks: [], finished: true },
        { summary: said('only a heading'), content: '' },
      ],
      source_analysis_msg_id: said('analysis'),
    },
    { content_type: 'reasoning_recap', content: said('recap') },
    { content_type: 'hologram', text: said('words'), depth: said('depth') },
    {
      content_type: 'multimodal_text',
      parts: [
        said('question about a picture'),
        {
          content_type: 'image_asset_pointer',
          asset_pointer: said('picture'),
          size_bytes: 9,
          width: 4,
          metadata: { dalle: { gen_id: said('generation'), prompt: said('prompt'), seed: 7 }, sanitized: false },
        },
        { content_type: 'audio_transcription', text: said('spoken'), direction: 'in', decoding_id: said('decoding') },
        {
          content_type: 'audio_asset_pointer',
          asset_pointer: said('sound'),
          format: 'wav',
          metadata: { start: said('0') },
        },
        {
          content_type: 'real_time_user_audio_video_asset_pointer',
          audio_asset_pointer: { content_type: 'audio_asset_pointer', asset_pointer: said('voice'), format: 'wav' },
          video_container_asset_pointer: null,
          frames_asset_pointers: [{ asset_pointer: said('frame') }],
          audio_start_timestamp: 1.5,
        },
        { content_type: 'smell', note: said('of roses') },
      ],
    },
  ];
  const nodes = [
    chatgptNode('root', null, null),
    ...contents.map((content, n) => chatgptNode(`n${n}`, n === 0 ? 'root' : `n${n - 1}`, { content })),
    chatgptNode('hidden', 'n0', {
      author: { role: 'system', metadata: {} },
      content: { content_type: 'text', parts: [said('instructions')] },
      weight: 0,
      metadata: {
        is_visually_hidden_from_conversation: true,
        is_user_system_message: true,
        user_context_message_data: { about_user_message: said('about me') },
      },
    }),
    chatgptNode('file', 'hidden', {
      author: { role: 'user', name: said('who'), metadata: { real_author: said('tool:web') } },
      content: { content_type: 'text', parts: [''] },
      metadata: { attachments: [{ id: said('file id'), name: said('file'), mime_type: '§pdf§', size: 3, width: 2 }] },
    }),
    chatgptNode('call', 'file', {
      recipient: '§canmore.create_textdoc§',
      content: { content_type: 'code', text: said('{"name":"a"}') },
      channel: said('commentary'),
    }),
    chatgptNode('quiet', 'call', {
      author: { role: 'tool', name: '§python§', metadata: {} },
      content: { content_type: 'execution_output', text: '' },
      metadata: {
        aggregate_result: { code: said('plot'), messages: [{ message_type: 'image', image_url: said('png') }] },
      },
    }),
    chatgptNode('cited', 'quiet', {
      content: { content_type: 'text', parts: [said('answer')] },
      status: 'finished_partial_completion',
      metadata: {
        model_slug: '§gpt-5-2§',
        citations: [{ start_ix: 1, end_ix: 2, metadata: { title: said('source'), url: said('address') } }],
        content_references: [{ matched_text: said('cite'), items: [{ url: said('item') }] }],
        search_result_groups: [{ domain: said('domain'), entries: [{ title: said('entry'), url: said('link') }] }],
        finish_details: { type: said('max_tokens') },
      },
    }),
  ];
  return {
    conversation_id: '§conversation§',
    title: said('title'),
    create_time: 1_760_000_000.5,
    update_time: 1_760_000_001,
    current_node: 'cited',
    default_model_slug: said('model'),
    gizmo_id: said('gizmo'),
    gizmo_type: said('gpt'),
    is_starred: true,
    is_archived: false,
    voice: said('alloy'),
    memory_scope: said('global'),
    safe_urls: [said('safe')],
    disabled_tool_ids: [],
    mapping: Object.assign({}, ...nodes) as Fields,
  };
}

export function openwebuiExport(): Fields {
  const messages: readonly Fields[] = [
    {
      id: 'q',
      parentId: null,
      childrenIds: ['a', 'b'],
      role: 'user',
      content: said('question'),
      timestamp: 1_760_000_000,
      models: [said('asked'), said('asked too')],
      files: [
        {
          type: 'file',
          id: said('file id'),
          name: said('plan.pdf'),
          url: said('/files/1'),
          size: 9,
          content_type: '§pdf§',
          collection_name: said('collection'),
          file: { meta: { name: said('its name') }, data: { content: said('its text') } },
        },
        { type: 'collection', id: said('knowledge'), name: said('knowledge base'), docs: [said('document')] },
      ],
    },
    {
      id: 'a',
      parentId: 'q',
      childrenIds: [],
      role: 'assistant',
      content: said('edited answer'),
      originalContent: said('first answer'),
      model: said('model'),
      modelName: said('model by name'),
      modelIdx: 0,
      done: true,
      timestamp: 1_760_000_001,
      statusHistory: [
        { action: said('web_search'), description: said('Searching'), urls: [said('found')], done: true },
      ],
      sources: [
        { source: { name: said('source') }, document: [said('passage')], metadata: [{ source: said('where') }] },
      ],
      code_executions: [{ id: 'x', name: said('code'), code: said('1+1'), result: { output: said('2') } }],
      embeds: [said('<iframe>')],
      followUps: [said('And then?')],
      annotation: { rating: 1, reason: said('helpful'), comment: said('thanks'), tags: [said('tag')] },
      feedbackId: said('feedback'),
      usage: { prompt_tokens: 3, total_tokens: 7, approximate_total: said('0h0m1s') },
      merged: { status: true, content: said('merged answer'), timestamp: 1 },
      what_comes_next: { kept: said('too') },
    },
    {
      id: 'b',
      parentId: 'q',
      childrenIds: [],
      role: 'assistant',
      content: said('another text than the steps'),
      model: said('model'),
      done: false,
      error: { content: said('No such model'), code: said('404') },
      timestamp: 1_760_000_002,
      output: [
        { type: 'reasoning', id: said('r'), content: [], summary: [{ type: 'summary_text', text: said('thought') }] },
        {
          type: 'function_call',
          call_id: said('call'),
          name: said('clock'),
          arguments: '{"zone":"§UTC§"}',
          status: 'done',
        },
        { type: 'function_call_output', call_id: said('call'), output: [{ type: 'input_text', text: said('noon') }] },
        { type: 'open_webui:code_interpreter', code: said('2+2'), output: { stdout: said('4') } },
        { type: 'dream', picture: said('a sheep') },
        { type: 'message', content: [{ type: 'output_text', text: said('It is noon'), annotations: [said('note')] }] },
      ],
    },
  ];
  return {
    id: '§chat§',
    user_id: said('user'),
    title: said('title'),
    created_at: 1_760_000_000,
    updated_at: 1_760_000_002,
    share_id: said('shared'),
    archived: true,
    pinned: true,
    folder_id: said('folder'),
    meta: { tags: [said('tag')], more: said('meta') },
    summary: said('summary'),
    tasks: [{ title: said('task') }],
    current_message_id: 'b',
    chat: {
      title: said('inner title'),
      models: [said('model')],
      params: { system: said('system'), temperature: said('0.5') },
      files: [{ name: said('of the chat') }],
      options: {},
      history: { messages: Object.fromEntries(messages.map((message) => [message.id, message])), currentId: null },
      messages: [],
      tags: [],
      timestamp: 1_760_000_000_000,
    },
  };
}

export function librechatExport(): Fields {
  const content: readonly Fields[] = [
    { type: 'think', think: said('thought') },
    {
      type: 'text',
      text: { value: said('answer'), annotations: [{ text: said('note') }] },
      tool_call_ids: [said('t1')],
    },
    {
      type: 'tool_call',
      tool_call: {
        id: said('t1'),
        name: said('clock'),
        args: { zone: said('UTC') },
        type: 'tool_call',
        output: said('noon'),
        progress: 1,
        auth: said('https://auth'),
        approval: { actionId: said('action'), allowed_decisions: ['approve'] },
      },
    },
    {
      type: 'tool_call',
      tool_call: {
        id: 't2',
        type: 'function',
        function: { name: said('f'), arguments: '{"a":"§b§"}', output: said('c') },
      },
    },
    {
      type: 'tool_call',
      tool_call: { id: 't3', type: 'code_interpreter', code_interpreter: { input: said('1+1'), outputs: [said('2')] } },
    },
    { type: 'tool_call', tool_call: { id: 't4', type: 'file_search', file_search: { results: [said('hit')] } } },
    {
      type: 'image_file',
      image_file: {
        file_id: said('id'),
        filename: said('a.png'),
        filepath: said('/a.png'),
        type: '§png§',
        prompt: said('draw'),
      },
    },
    { type: 'image_url', image_url: { url: said('https://b.png'), detail: said('high') } },
    { type: 'video_url', video_url: { url: said('https://c.mp4') } },
    { type: 'input_audio', input_audio: { data: said('AAAA'), format: 'wav' } },
    { type: 'agent_update', agent_update: { index: 1, runId: said('run'), agentId: said('agent') } },
    { type: 'summary', content: [{ type: 'text', text: said('what came before') }], tokenCount: 5 },
    { type: 'error', error: said('It broke') },
    { type: 'tomorrow', tomorrow: { is: said('another day') } },
  ];
  return {
    conversationId: '§conversation§',
    endpoint: said('agents'),
    title: said('title'),
    exportAt: said('12:00:00 GMT'),
    branches: true,
    recursive: true,
    options: { model: said('model'), promptPrefix: said('Be brief') },
    messages: [
      {
        messageId: 'q',
        parentMessageId: NO_PARENT,
        conversationId: '§conversation§',
        sender: said('Ada'),
        isCreatedByUser: true,
        text: said('question'),
        quotes: [said('an excerpt')],
        manualSkills: [said('skill')],
        files: [
          { file_id: said('file id'), filename: said('plan.pdf'), filepath: said('/f'), type: '§pdf§', bytes: 3 },
        ],
        createdAt: '2026-03-04T05:06:07.089Z',
        updatedAt: said('2026-03-05'),
        children: [
          {
            messageId: 'a',
            parentMessageId: 'q',
            sender: said('GPT'),
            model: said('model'),
            isCreatedByUser: false,
            text: said('the text beside the steps'),
            content,
            attachments: [
              { type: 'web_search', toolCallId: said('t9'), web_search: { organic: [{ link: said('found') }] } },
              {
                filename: said('made.csv'),
                filepath: said('/m'),
                type: '§csv§',
                conversationId: said('c'),
                expiresAt: 1,
              },
            ],
            finish_reason: said('length'),
            feedback: { rating: 'thumbsUp', tag: { key: said('accurate') } },
            metadata: { thoughtSignatures: { t1: said('signature') } },
            iconURL: said('icon'),
            plugins: [{ latest: said('plugin'), outputs: said('of old') }],
            createdAt: '2026-03-04T05:06:08.089Z',
            children: [],
          },
        ],
      },
    ],
  };
}

export function openassistantExport(): Fields {
  return {
    message_tree_id: '§tree§',
    tree_state: said('ready_for_export'),
    origin: said('reddit'),
    prompt: {
      message_id: '§prompt§',
      parent_id: null,
      user_id: said('user'),
      created_date: '2023-02-05T14:23:50.983374',
      text: said('question'),
      role: 'prompter',
      lang: said('en'),
      review_count: 3,
      review_result: true,
      deleted: false,
      rank: null,
      synthetic: false,
      model_name: null,
      emojis: { [said('+1')]: 2 },
      labels: { [said('quality')]: { value: 0.5, count: 3 } },
      detoxify: { toxicity: 0.01 },
      events: { emoji: [{ type: 'emoji', emoji: said('skip_reply') }] },
      replies: [
        {
          message_id: '§reply§',
          role: 'assistant',
          text: said('answer'),
          synthetic: true,
          model_name: said('model'),
          replies: [],
        },
      ],
    },
  };
}

export function sharegptExport(): Fields {
  return {
    id: said('id'),
    system: said('system'),
    tools: JSON.stringify([{ name: said('tool') }]),
    model: said('model'),
    source: said('where it is from'),
    images: [said('a.png')],
    chosen: { from: 'gpt', value: said('the better answer') },
    items: [
      { from: 'human', value: said('question'), weight: 0, train: true, markdown: said('markdown'), name: said('Ada') },
      { from: 'function_call', value: JSON.stringify({ name: said('clock'), arguments: { zone: said('UTC') } }) },
      { from: 'observation', value: said('noon') },
      { from: 'gpt', value: said('It is noon'), train_detail: [{ begin_offset: 0, note: said('detail') }] },
      {
        from: 'bing',
        value: [
          { type: 'text', text: said('in pieces') },
          { type: 'image_url', image_url: { url: said('b.png') } },
        ],
      },
      {
        role: 'assistant',
        content: '',
        reasoning_content: said('thought'),
        tool_calls: [
          { id: said('call'), type: 'function', function: { name: said('look'), arguments: '{"at":"§it§"}' } },
        ],
      },
      { role: 'tool', tool_call_id: said('call'), name: said('look'), content: said('seen') },
    ],
  };
}

export function openaiExport(): Fields {
  return {
    id: said('id'),
    model: said('model'),
    tools: [{ type: 'function', function: { name: said('clock') } }],
    parallel_tool_calls: false,
    metadata: { topic: said('time') },
    reference_answer: said('noon'),
    temperature: said('0.5'),
    messages: [
      { role: 'developer', content: said('Be brief'), name: said('rules') },
      {
        role: 'user',
        name: said('Ada'),
        content: [
          { type: 'text', text: said('question') },
          { type: 'image_url', image_url: { url: said('https://a.png'), detail: said('low') } },
          { type: 'input_audio', input_audio: { data: said('AAAA'), format: 'wav' } },
          { type: 'file', file: { file_id: said('file id'), filename: said('plan.pdf'), file_data: said('data') } },
          { type: 'file', file: { file_id: said('only an id') } },
          { type: 'smell', smell: said('of roses') },
        ],
      },
      {
        role: 'assistant',
        content: null,
        weight: 0,
        tool_calls: [
          { id: said('call'), type: 'function', function: { name: said('clock'), arguments: '{"zone":"§UTC§"}' } },
          { id: said('call'), type: 'custom', custom: { name: said('free'), input: said('text') } },
        ],
      },
      { role: 'tool', tool_call_id: said('call'), content: [{ type: 'text', text: said('noon') }] },
      { role: 'assistant', content: null, function_call: { name: said('old'), arguments: '{"a":"§b§"}' } },
      { role: 'function', name: said('old'), content: said('result') },
      {
        role: 'assistant',
        content: null,
        audio: { id: said('audio'), data: said('UklG'), transcript: said('spoken') },
      },
      { role: 'assistant', content: null, refusal: said('I can’t') },
      {
        role: 'assistant',
        content: [{ type: 'refusal', refusal: said('I won’t') }],
        annotations: [{ url: said('cited') }],
      },
      {
        role: 'assistant',
        content: said('It is noon'),
        refusal: said('though I should not'),
        reasoning_content: said('why'),
      },
    ],
  };
}
