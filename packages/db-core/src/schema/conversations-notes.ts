import type { TableNotes } from './table-notes.ts';

/** What the tables of conversations are for. */
export const CONVERSATIONS_NOTES: Readonly<Record<string, TableNotes>> = {
  conversations: {
    purpose: 'Chat conversations. Deleting one marks it; its messages stay until they are erased.',
    columns: {
      title: 'Null until it has one.',
      status: 'Where it is in its life.',
      next_seq: 'The number that the next message will get. Taking it is the first statement of every append.',
      message_count: 'How many messages it has.',
      last_message_at: 'Time of the latest message; never goes back, null while there are none.',
      last_opened_at: 'When its owner last looked at it.',
      archived_at: 'When it was archived.',
      closed_at: 'When it was closed.',
      deleted_at: 'When it was deleted.',
      expires_at: 'When retention may remove it; null: never.',
      is_hidden: 'Left out of lists.',
      is_cold: 'Are its messages in cold storage? Then it has no rows of messages.',
      active_leaf_id: 'The last message of the branch that was chosen; null: the branch with the newest message.',
      source: 'The system that it was imported from.',
      external_id: 'Its id there.',
      metadata: "The application's own.",
    },
    indexes: {
      conversations_by_activity:
        "A page of an owner's conversations, latest first and those without messages last. Other statuses are passed over within the index.",
      conversations_external_key: 'An import recognises what it brought before.',
    },
  },
  conversation_messages: {
    purpose:
      'Messages. Immutable: a trigger refuses every deletion and every change, unless the message is still partial or only its tokens are counted.',
    columns: {
      conversation_id: 'The conversation that it is in.',
      seq: 'Its number there, from 1 without gaps. This, and no time, is the order.',
      parent_id: 'The message that it answers, of the same conversation; siblings are regenerated answers.',
      role: 'Who speaks.',
      content: 'The text; up to 4,194,304 characters.',
      parts: 'Tool calls, tool results and attachments.',
      status: '`partial` while it is being written, `aborted` if it was cut off.',
      token_count:
        "How many tokens its text and its parts have for a model's context; null while nobody has counted them.",
      request_id: 'The request that saved it, by which a retried save is recognised.',
      request_part: 'Tells several messages of one role in one request apart.',
      source: 'What produced it.',
      model_name: 'The model that wrote it.',
      tokens: 'How many tokens the model charged for.',
      latency_ms: 'How long the model took, in milliseconds.',
      metadata: "The application's own.",
      external_id: 'Its id in the system that it was imported from.',
    },
    indexes: {
      conversation_messages_seq_key: 'A conversation in order: pages, the last N, counts. Numbers are given once.',
      conversation_messages_conversation_key:
        'What a parent and an active leaf refer to: a message of the same conversation.',
      conversation_messages_request_key: 'A retried save finds what it saved before.',
      conversation_messages_external_key: 'An import recognises what it brought before.',
      conversation_messages_by_source: "An owner's messages of one source, latest first.",
      conversation_messages_system: "A conversation's system messages, which a model is given however old they are.",
      conversation_messages_by_time: "Figures of an owner's messages in a span of time, without their texts.",
      conversation_messages_uncounted: 'Those whose tokens have yet to be counted.',
    },
  },
  conversation_branches: {
    purpose:
      "The messages that don't follow the one numbered before them: where a conversation branches. Written by triggers, from the messages.",
    columns: {
      id: "The message's.",
      conversation_id: 'The conversation that it is in.',
      seq: 'Its number there.',
      parent_seq: 'The number of the message that it follows; 0 when it follows none.',
    },
    indexes: {
      conversation_branches_seq_key: 'Where the run of messages begins that a number is in.',
      conversation_branches_by_parent: 'What else follows a message: its siblings and answers.',
    },
  },
  conversation_cold_parts: {
    purpose:
      'Messages of conversations that nobody needs at hand, packed: written, and removed again, in the transaction that takes the rows of the messages away, or puts them back.',
    columns: {
      conversation_id: 'The conversation.',
      part: 'Its number there, from 1. A long conversation has several parts, so that none of them is large.',
      is_last: 'Is it the last part? So it shows when parts are missing.',
      active_leaf_id: 'The message that was chosen as the end of the branch in use; the same in every part.',
      messages: 'How many messages it holds.',
      first_at: 'Time of the earliest of its messages.',
      last_at: 'Time of the latest of them.',
      text_bytes: 'Size of the text before it was compressed.',
      data_bytes: 'Its size since.',
      digest: 'SHA-256 of that text, in hexadecimal.',
      data: 'One message a line, as JSON (NDJSON), compressed with gzip.',
    },
    indexes: {
      conversation_cold_parts_part_key: 'The parts of a conversation, in order.',
      conversation_cold_parts_by_time: "Which parts have an owner's messages of a span of time, for figures.",
    },
  },
  conversation_checkpoints: {
    purpose:
      'Checkpoints of LangGraph. Each row has the values of the channels that changed, and names the checkpoints whose rows have the others: so one row is all that a checkpoint writes, and a value is stored once.',
    columns: {
      id: 'Made by the program: digests of the thread and of the namespace, and the checkpoint. So a thread lies side by side, and its latest checkpoint is found by the primary key.',
      thread_id: 'The thread.',
      checkpoint_ns: 'The namespace: empty, or the path of a subgraph.',
      checkpoint_id: 'The id that LangGraph gave it; later ones are greater.',
      parent_checkpoint_id: 'The checkpoint that it followed.',
      type: 'What the serializer calls the form of the state.',
      state: 'What the serializer made of the checkpoint, its metadata, and where its values are, as text.',
      state_bytes: 'The same where it is no text.',
      channel_values: 'The values of the channels that changed, each as the serializer made it, one after the other.',
      channel_values_bytes: 'The same where one of them is no text.',
    },
    indexes: {},
  },
  conversation_checkpoint_writes: {
    purpose: 'What tasks of a step have written, kept until the next checkpoint and after it.',
    columns: {
      id: 'Made by the program: the id of the checkpoint, the task and the number of the write.',
      task_id: 'The task that wrote.',
      task_path: 'Where in the step the task stands; writes are replayed in its order.',
      idx: 'Number of the write in its task; below 0 for errors, interrupts and the like, of which the last one counts.',
      channel: 'The channel that was written.',
      type: 'What the serializer calls the form of the data.',
      data: 'What the serializer made of the value, as text.',
      data_bytes: 'The same where it is no text.',
    },
    indexes: {},
  },
};
