/** What a newcomer reads first. */
export const README = `# Welcome to Strata

This is a small film archive with a shop. Nothing in it is precious: change and delete what you like.

## Where these values live: one minute

Three stores work together here, and look like one:

    Tiers
    ├─ Cache            in memory: quick, and empty again after every start
    └─ Shards           two folders on your disk that share the keys between them
       ├─ Shard A       sample/shard-a
       └─ Shard B       sample/shard-b

**Shards split.** Every key lives in exactly one of the two folders. Which one is worked out from the key itself,
so it is never looked up and never wrong. Four folders on four disks would hold four times as much.

**Tiers stack.** A read asks the Cache first. What is not there comes from the Shards, and the Cache keeps a copy
for the next time. A write goes to the Shards first, because they are the truth, and then to the Cache.

So this text was in one folder only. Since you opened it, it is in the Cache as well.

## Try it

1. Open \`/films/Film:Metropolis\`. It is a value (the film) and a branch (its poster and reviews) at once.
2. Change its price and press Put (Ctrl+S, on a Mac Cmd+S). \`22.00\` stays \`22.00\`: only what you edit changes.
3. Look into the folders \`shard-a\` and \`shard-b\`: each holds its share of the keys, one file a value.
4. Choose "Edit stack", take the Cache away and apply: every key is still there, since the Shards are the truth.
5. Open \`/logs/2025.log\`: more than a megabyte, read page by page.
6. Press the lock: from now on nothing here can be written, whatever you press.
`
