-- The round trip: companies and their people, records and their threads, mail in and mail out.
-- Times are milliseconds since 1970, UTC, in columns named _at.  {ID} stands for the identity column, the one type
-- that SQLite and PostgreSQL spell differently.  Every row but domain, users and setting belongs to one company.

create table setting (
    name text primary key,
    value text not null
);

-- Sets that stay open: a new member is one row here, added by a migration, and one module that knows what to do with it.
-- By which way a mail comes in; each believes its own mail server.
create table entrance (
    name text primary key
);
insert into entrance (name) values ('pipe'), ('lmtp'), ('spool'), ('import');

create table address_kind (
    name text primary key
);
insert into address_kind (name) values ('email');

-- By which way a message reaches a person.  One without a kind of address leaves nothing: it is read on the pages.
create table channel (
    name text primary key,
    address_kind text references address_kind (name)
);
insert into channel (name, address_kind) values ('email', 'email'), ('inbox', null);

-- Moves with each edit of a domain or an alias; the mail server's map follows it.
create table generation (
    name text primary key,
    value bigint not null
);
insert into generation (name, value) values ('map', 0);

-- The language is that of texts which no user reads: what outsiders get, and what is stored for good.
create table company (
    id {ID},
    name text not null,
    language text not null default 'en',
    created_at bigint not null,
    -- One that was empty and is not wanted any more; its row stays, so that an undo brings all of it back.
    removed_at bigint
);
create unique index company_name on company (name) where removed_at is null;

create table domain (
    id {ID},
    name text not null unique,
    company_id bigint references company (id),
    dedicated boolean not null,
    state text not null default 'open' check (state in ('open', 'closed', 'removed')),
    generation bigint not null,
    closed_at bigint,
    created_at bigint not null,
    -- Who is told of mail to postmaster and abuse; null: the admins.
    postmaster_id bigint
);

create table dkim_key (
    id {ID},
    domain_id bigint not null references domain (id),
    selector text not null,
    algorithm text not null check (algorithm in ('rsa', 'ed25519')),
    record text not null,
    state text not null default 'made' check (state in ('made', 'published', 'signing', 'retiring', 'retired')),
    created_at bigint not null,
    changed_at bigint not null,
    unique (domain_id, selector)
);

-- When the DNS was last asked about a domain, and when it is to be asked next.
create table dns_look (
    domain_id bigint primary key references domain (id),
    look_at bigint,
    asked_at bigint,
    zone text not null default '',
    servers text not null default '[]',
    verdict text check (verdict in ('good', 'optional', 'look', 'broken'))
);
create index dns_look_time on dns_look (look_at) where look_at is not null;

-- A link by which whoever keeps the DNS sees the records of one domain, without signing in.
create table dns_link (
    token_hash text primary key,
    domain_id bigint not null references domain (id),
    expires_at bigint not null
);
create index dns_link_expires on dns_link (expires_at);

-- What was found of each record then; ``body`` is the row of the table as JSON, with its phrases.
create table dns_finding (
    domain_id bigint not null references domain (id),
    position bigint not null,
    what text not null,
    name text not null,
    verdict text not null check (verdict in ('good', 'optional', 'look', 'broken')),
    body text not null,
    changed_at bigint not null,
    primary key (domain_id, position)
);

-- Named in the plural because "user" is a word of SQL's own.
create table users (
    id {ID},
    name text not null,
    password text,
    prefers text not null default 'email' references channel (name),
    -- The kinds of notifications that also reach them by that channel.
    email_for text not null default 'assigned mentioned message note new held failed due other',
    language text not null default 'en',
    -- The name of a time zone; '' for that of the machine.
    zone text not null default '',
    -- What they chose when they sent last: what becomes of the record, and which page comes next.
    after_send text not null default 'keep' check (after_send in ('keep', 'close', 'wait')),
    then_show text not null default 'stay' check (then_show in ('stay', 'next', 'list')),
    -- For so many seconds what they send waits, and can be taken back.
    undo_seconds bigint not null default 10 check (undo_seconds between 0 and 60),
    -- Whether single letters are keys of the pages (WCAG 2.1.4).
    shortcuts boolean not null default true,
    -- How often an email tells what waits for them, and at which hour of their zone.
    digest text not null default 'none' check (digest in ('none', 'day', 'week')),
    digest_hour bigint not null default 7 check (digest_hour >= 0 and digest_hour <= 23),
    active boolean not null default true,
    -- Out of office: from when, until when they are back, who stands in, and whether it is so now.
    away_from_at bigint,
    away_until_at bigint,
    substitute_id bigint references users (id),
    away boolean not null default false,
    created_at bigint not null,
    check ((away_from_at is null) = (away_until_at is null)),
    check (away_until_at is not null or (substitute_id is null and not away))
);
create index users_away on users (id) where away;
create index users_substitute on users (substitute_id) where substitute_id is not null;

create table user_address (
    kind text not null default 'email' references address_kind (name),
    address text not null,
    user_id bigint not null references users (id),
    position bigint not null,
    primary key (kind, address)
);
create index user_address_user on user_address (user_id, kind, position);

create table membership (
    company_id bigint not null references company (id),
    user_id bigint not null references users (id),
    role text not null check (role in ('admin', 'agent', 'reader')),
    -- What whoever invited them knew of somebody who signs in elsewhere; '' from when they come here on.
    invited_name text not null default '',
    invited_address text not null default '',
    primary key (company_id, user_id)
);
create index membership_user on membership (user_id);

-- Who looks after the installation as a whole, and is told what nobody else can be told; one at least is active.
create table installation_admin (
    user_id bigint primary key references users (id)
);

create table session (
    id {ID},
    token_hash text not null unique,
    user_id bigint not null references users (id),
    csrf text not null,
    -- What the browser calls itself, in our own short words.
    device text not null default '',
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);
create index session_by_user on session (user_id);
create index session_expires on session (expires_at);

create table sign_in_link (
    token_hash text primary key,
    user_id bigint not null references users (id),
    -- What its one use is: to sign in, to choose a first password, a new one, or to enter the second factor.
    purpose text not null default 'sign in' check (purpose in ('sign in', 'invitation', 'reset', 'second factor')),
    expires_at bigint not null,
    used_at bigint
);
create index sign_in_link_expires on sign_in_link (expires_at);
create index sign_in_link_by_user on sign_in_link (user_id);

-- The key that a user's app and we share, sealed under a key of the keyring; it counts once it has been confirmed.
-- A code belongs to a step of 30 seconds: none of the last step that was used, or of one before, is taken again.
create table second_factor (
    user_id bigint primary key references users (id),
    sealed text not null,
    last_step bigint not null default 0,
    confirmed_at bigint,
    created_at bigint not null
);

-- For who has lost the app; each works once.
create table recovery_code (
    user_id bigint not null references users (id),
    code_hash text not null,
    used_at bigint,
    primary key (user_id, code_hash)
);

-- Failed sign-ins, so that guessing is slowed down for an address and for a client.
create table sign_in_failure (
    id {ID},
    subject text not null,
    failed_at bigint not null
);
create index sign_in_failure_subject on sign_in_failure (subject, failed_at);
create index sign_in_failure_failed on sign_in_failure (failed_at);

create table record_type (
    company_id bigint not null references company (id),
    name text not null,
    prefix text not null,
    -- What becomes of an answer from outside to a closed record: it opens it again, opens a new one, or is held.
    when_closed text not null default 'reopen' check (when_closed in ('reopen', 'new', 'hold')),
    -- For nobody but the members of its teams, and admins.
    teams_only boolean not null default false,
    primary key (company_id, name),
    unique (company_id, prefix)
);

-- The states that the records of a type can have; the first one is what a record begins with.  What a company adds
-- counts as one of the three that lists know.
create table record_state (
    company_id bigint not null references company (id),
    record_type text not null,
    name text not null,
    counts_as text not null check (counts_as in ('open', 'waiting', 'closed')),
    position bigint not null,
    primary key (company_id, record_type, name),
    unique (company_id, record_type, name, counts_as),
    foreign key (company_id, record_type) references record_type (company_id, name) on update cascade
);

-- Every prefix that records of a type have or had: their numbers stand in mails, so no other type ever gets it.
create table record_prefix (
    company_id bigint not null references company (id),
    prefix text not null,
    record_type text not null,
    primary key (company_id, prefix),
    foreign key (company_id, record_type) references record_type (company_id, name) on update cascade
);
create index record_prefix_type on record_prefix (company_id, record_type);

-- What is known of a record of a type, beside its title; a value is kept as text in the one spelling of its kind.
create table record_field (
    company_id bigint not null references company (id),
    record_type text not null,
    name text not null,
    kind text not null check (kind in ('text', 'number', 'amount', 'date', 'choice', 'person')),
    -- What can be chosen, a JSON list; empty for every other kind.
    choices text not null default '[]',
    position bigint not null,
    -- Whether lists of the type show it as a column.
    in_list boolean not null default false,
    primary key (company_id, record_type, name),
    foreign key (company_id, record_type) references record_type (company_id, name) on update cascade
);

-- Colleagues who own records and aliases together.
create table team (
    id {ID},
    company_id bigint not null references company (id),
    name text not null,
    -- Whether a record of the team that nobody owns becomes that of the colleague who answers.
    takes boolean not null default true,
    -- Who gets a new record of the team: nobody, the next one in the round, or whoever wrote to its customer last.
    gives text not null default 'nobody' check (gives in ('nobody', 'round', 'last')),
    -- Whether a member's answer by email waits that was written before somebody else wrote.
    holds_crossing boolean not null default false,
    created_at bigint not null,
    unique (company_id, name)
);

create table team_member (
    company_id bigint not null references company (id),
    team_id bigint not null references team (id),
    user_id bigint not null references users (id),
    -- Their last turn in the round of the team: whoever has the lowest comes next.
    turn bigint not null default 0,
    primary key (company_id, team_id, user_id)
);
create index team_member_team on team_member (team_id);
create index team_member_user on team_member (user_id);

-- Who sees the records of a type that is for named teams only.
create table record_type_team (
    company_id bigint not null references company (id),
    record_type text not null,
    team_id bigint not null references team (id),
    primary key (company_id, record_type, team_id),
    foreign key (company_id, record_type) references record_type (company_id, name) on update cascade
);
create index record_type_team_of on record_type_team (team_id);

create table counter (
    company_id bigint not null references company (id),
    record_type text not null,
    last bigint not null,
    records bigint not null default 1,
    primary key (company_id, record_type)
);

-- People outside who belong together: an enterprise, a club.  A domain of addresses belongs to one of them at most.
create table organisation (
    id {ID},
    company_id bigint not null references company (id),
    name text not null,
    note text not null default '',
    created_at bigint not null,
    archived_at bigint
);
create index organisation_company on organisation (company_id, id) where archived_at is null;

create table organisation_domain (
    company_id bigint not null references company (id),
    domain text not null,
    organisation_id bigint not null references organisation (id),
    primary key (company_id, domain)
);
create index organisation_domain_of on organisation_domain (organisation_id);

-- Whoever turned out to be somebody else as well is archived and leads on to that contact.
create table contact (
    id {ID},
    company_id bigint not null references company (id),
    name text not null,
    -- By what lists put them in order: the name, or else an address, in small letters.
    sort_name text not null default '',
    note text not null default '',
    organisation_id bigint references organisation (id),
    merged_into_id bigint references contact (id),
    created_at bigint not null,
    archived_at bigint,
    -- Mail of a blocked contact is dropped; by whom they were blocked, and how many mails that stopped.
    blocked_at bigint,
    blocked_by text not null default '',
    stopped bigint not null default 0,
    -- Whether the images elsewhere that their verified mail refers to are loaded without asking.
    images boolean not null default false,
    -- Whoever was erased is a row without a name, so that what is said of how far messages got still stands.
    erased_at bigint
);
create index contact_blocked on contact (company_id, id) where blocked_at is not null;
create index contact_company on contact (company_id, id) where archived_at is null;
create index contact_sorted on contact (company_id, sort_name, id) where archived_at is null;
create index contact_away on contact (company_id, sort_name, id) where archived_at is not null and merged_into_id is null and erased_at is null;
create index contact_here on contact (id) where archived_at is null;
create index contact_organisation on contact (organisation_id, sort_name, id) where organisation_id is not null;
create index contact_merged on contact (merged_into_id) where merged_into_id is not null;

create table contact_address (
    company_id bigint not null references company (id),
    kind text not null default 'email' references address_kind (name),
    address text not null,
    -- What stands behind the @.
    domain text not null default '',
    contact_id bigint not null references contact (id),
    created_at bigint not null,
    primary key (company_id, kind, address)
);
create index contact_address_contact on contact_address (contact_id, company_id, kind, created_at, address);
create index contact_address_domain on contact_address (company_id, domain, contact_id);

-- What passed from one contact to another when they turned out to be the same person, so that it can go back.
create table contact_moved (
    company_id bigint not null references company (id),
    contact_id bigint not null references contact (id),
    what text not null check (what in ('address', 'record', 'participant', 'message', 'addressed')),
    row_id bigint not null,
    name text not null default '',
    primary key (company_id, contact_id, what, row_id, name)
);

create table record (
    id {ID},
    company_id bigint not null references company (id),
    type text not null,
    number bigint not null,
    label text not null,
    title text not null,
    state text not null,
    -- What its state counts as: it follows the state by its key, so that lists need not look it up.
    counts_as text not null,
    priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
    -- The priority as a number: lists are sorted by it.
    urgency bigint generated always as
        (case priority when 'urgent' then 3 when 'high' then 2 when 'normal' then 1 else 0 end) stored,
    fields text not null default '{}',
    owner_id bigint references users (id),
    owner_order bigint generated always as (coalesce(owner_id, 0)) stored,
    owner_team_id bigint references team (id),
    customer_id bigint references contact (id),
    alias_id bigint,
    reference text,
    reference_url text,
    -- Somebody outside has seen its own address, which colleagues alone were given before.
    address_seen boolean not null default false,
    -- The newest message or note; events are none.
    last_message_id bigint,
    -- Since when somebody outside has had no answer; null where nothing waits for us.
    awaits_since_at bigint,
    -- Out of what waits for us until then, or until somebody outside writes; and who wanted that.
    snoozed_until_at bigint,
    snoozed_by_id bigint references users (id),
    -- Out of lists, counts and search.
    hidden_as text check (hidden_as in ('spam', 'trash', 'merged', 'aged')),
    hidden_at bigint,
    merged_into_id bigint references record (id),
    created_at bigint not null,
    changed_at bigint not null,
    unique (company_id, type, number),
    unique (company_id, label),
    unique (company_id, type, reference),
    foreign key (company_id, type, state, counts_as)
        references record_state (company_id, record_type, name, counts_as) on update cascade,
    check ((hidden_as is null) = (hidden_at is null)),
    check (merged_into_id is null or hidden_as = 'merged')
);
create index record_urgency on record (company_id, urgency, id);
create index record_changed on record (company_id, changed_at, id);
create index record_opened on record (company_id, created_at, id);
create index record_latest on record (changed_at, id);
create index record_owner_order on record (company_id, owner_order, id);
create index record_state_of on record (company_id, type, state, counts_as);
create index record_owner on record (company_id, owner_id, id) where owner_id is not null;
create index record_team on record (owner_team_id, id);
create index record_customer on record (company_id, customer_id, id) where customer_id is not null;
create index record_merged on record (merged_into_id) where merged_into_id is not null;
create index record_snoozed on record (company_id, snoozed_until_at, id) where snoozed_until_at is not null;
create index record_snoozed_by on record (snoozed_by_id) where snoozed_by_id is not null;
create index record_hidden on record (company_id, hidden_as, hidden_at, id) where hidden_as is not null;
create index record_active on record (company_id, owner_id, changed_at, id)
    where counts_as <> 'closed' and hidden_as is null;
create index record_closed on record (company_id, changed_at, id) where counts_as = 'closed';
create index record_aged on record (company_id, type, changed_at, id) where counts_as = 'closed' and hidden_as is null;
create index record_priority on record (company_id, priority, changed_at, id) where priority <> 'normal';
create index record_active_team on record (company_id, owner_team_id, changed_at, id)
    where counts_as <> 'closed' and hidden_as is null and owner_team_id is not null;
create index record_awaits on record (company_id, awaits_since_at, id)
    where awaits_since_at is not null and counts_as = 'open' and snoozed_until_at is null and hidden_as is null;

-- After how many days what is in spam or trash goes for good, and closed records of a type, counted from their last change.
create table retention (
    id {ID},
    company_id bigint not null references company (id),
    what text not null check (what in ('spam', 'trash', 'closed')),
    record_type text,
    days bigint not null check (days > 0),
    foreign key (company_id, record_type) references record_type (company_id, name) on update cascade,
    check ((record_type is not null) = (what = 'closed'))
);
create index retention_type on retention (company_id, record_type);

-- What a company does beside calls, emails, meetings and to-dos.
create table activity_type (
    id {ID},
    company_id bigint not null references company (id),
    name text not null,
    folded text not null,
    created_at bigint not null,
    removed_at bigint,
    unique (company_id, folded)
);

-- What somebody is to do on a record by a day, a date in ISO 8601.
create table activity (
    id {ID},
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    type text not null,
    due_on text not null,
    user_id bigint not null references users (id),
    note text not null default '',
    feedback text not null default '',
    created_by text not null,
    created_at bigint not null,
    done_at bigint,
    removed_at bigint
);
create index activity_open on activity (company_id, user_id, due_on, id) where done_at is null and removed_at is null;
create index activity_open_company on activity (company_id, due_on, id) where done_at is null and removed_at is null;
create index activity_record on activity (company_id, record_id, due_on, id);
create index activity_user on activity (user_id);

-- Numbers that a record had before, of another type or as a record of its own: they lead on.
create table former_label (
    company_id bigint not null references company (id),
    label text not null,
    record_id bigint not null references record (id),
    created_at bigint not null,
    primary key (company_id, label)
);
create index former_label_record on former_label (record_id);

create table tag (
    id {ID},
    company_id bigint not null references company (id),
    name text not null,
    -- The name in small letters: two tags never differ by these alone.
    folded text not null,
    created_at bigint not null,
    unique (company_id, folded)
);

create table record_tag (
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    tag_id bigint not null references tag (id),
    created_at bigint not null,
    primary key (company_id, record_id, tag_id)
);
create index record_tag_of on record_tag (company_id, tag_id, record_id);
create index record_tag_id on record_tag (tag_id);

-- A list of records under a name: ``query`` is what stands in the address of the page.
create table saved_filter (
    id {ID},
    company_id bigint not null references company (id),
    user_id bigint not null references users (id),
    shared boolean not null,
    name text not null,
    query text not null,
    created_at bigint not null,
    unique (company_id, user_id, name)
);
create index saved_filter_user on saved_filter (user_id);

-- What somebody has not seen of a record that is theirs, their team's or followed: from this message on.
create table unread_record (
    company_id bigint not null references company (id),
    user_id bigint not null references users (id),
    record_id bigint not null references record (id),
    message_id bigint not null,
    created_at bigint not null,
    primary key (company_id, user_id, record_id)
);
create index unread_record_user on unread_record (user_id);
create index unread_record_of on unread_record (record_id);

create table alias (
    id {ID},
    company_id bigint not null references company (id),
    domain_id bigint not null references domain (id),
    local_part text not null,
    -- Both in one, as lists are sorted and searched; a domain is never renamed.
    address text not null unique,
    record_type text,
    record_id bigint references record (id),
    owner_id bigint references users (id),
    owner_team_id bigint references team (id),
    accepts text not null default 'everyone' check (accepts in ('everyone', 'known', 'participants', 'internal')),
    answer_as text not null default '',
    -- Its address in parts, since nobody else may be known by it: '' where answers go out as the alias.
    answer_local text not null default '',
    answer_domain text not null default '',
    defaults text not null default '{}',
    -- What becomes of an answer from outside to a closed record that it opened: as the type says, or one of the three.
    when_closed text not null default 'type' check (when_closed in ('type', 'reopen', 'new', 'hold')),
    -- What programs send of their own accord opens records, or waits for a person.
    machines text not null default 'open' check (machines in ('open', 'hold')),
    -- What our own spam filter marks waits for a person, is dropped, or is treated like all else.
    spam text not null default 'hold' check (spam in ('hold', 'drop', 'nothing')),
    -- How subjects are built, as 'Order {order} of {customer}': what stands for a field becomes its value.
    pattern text not null default '',
    reads text not null default 'message' check (reads in ('message', 'expense')),
    -- What opens a record: each email, or each PDF in it.
    each text not null default 'email' check (each in ('email', 'pdf')),
    -- Addresses of web forms, parted by blanks: who filled the form in stands in Reply-To or in the text.
    forms text not null default '',
    -- Whether answers quote what they answer.
    quotes text not null default 'yes' check (quotes in ('yes', 'no')),
    -- Whether who opens a record is told that their mail came, and by which saved reply of the company.
    confirms text not null default 'no' check (confirms in ('no', 'yes')),
    confirm_with text not null default '',
    -- One that is off is refused like one that was removed, and stays in the lists.
    state text not null default 'on' check (state in ('on', 'off', 'removed')),
    -- What it was when its domain was removed, with which it comes back; null where it did not end with it.
    ended_as text check (ended_as in ('on', 'off')),
    generation bigint not null,
    -- When the newest mail to it was accepted; 0 for never.
    last_mail_at bigint not null default 0,
    created_at bigint not null,
    changed_at bigint not null,
    unique (domain_id, local_part),
    check ((record_type is null) <> (record_id is null)),
    check (owner_id is null or owner_team_id is null)
);
create index alias_answer on alias (answer_domain, answer_local);
create index alias_address on alias (company_id, address) where state <> 'removed';
create index alias_mailed on alias (company_id, last_mail_at, id) where state <> 'removed';
create index alias_changed on alias (company_id, changed_at, id) where state <> 'removed';
create index alias_generation on alias (generation);
create index alias_owner on alias (company_id, owner_id, id) where owner_id is not null;
create index alias_team on alias (owner_team_id, id);

-- What a record that is gone left behind: where it went, so that mail to it can be answered with a proposal.
create table tombstone (
    id {ID},
    company_id bigint not null references company (id),
    record_id bigint not null,
    label text not null,
    moved_to_id bigint references record (id),
    reason text not null check (reason in ('moved', 'merged', 'deleted')),
    created_at bigint not null,
    unique (company_id, record_id)
);

-- The records that an import of email of before opened: by these it is undone as one act.  An import is known by a name
-- of its own.
create table imported_record (
    company_id bigint not null references company (id),
    import_name text not null,
    record_id bigint not null references record (id),
    primary key (company_id, import_name, record_id)
);
create index imported_record_record on imported_record (company_id, record_id);

-- Who was taken off stays as a row, so that writing on the record does not put them back.
create table follower (
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    user_id bigint not null references users (id),
    -- Of what they are told, and whether of anything now.
    messages boolean not null default true,
    notes boolean not null default true,
    changes boolean not null default false,
    muted_at bigint,
    created_at bigint not null,
    removed_at bigint,
    primary key (company_id, record_id, user_id)
);
create index follower_user on follower (company_id, user_id, record_id) where removed_at is null;
create index follower_changes on follower (company_id, record_id)
    where changes and removed_at is null and muted_at is null;

-- Raw mails and attachments, once for each company whatever refers to them; no company until its mail is settled.
create table blob (
    id {ID},
    company_id bigint references company (id),
    sha256 text not null,
    size bigint not null,
    unique (company_id, sha256)
);

-- The bytes in pieces of 256 KB, so that a mail of 50 MB is never whole in memory.
create table blob_piece (
    blob_id bigint not null references blob (id),
    position bigint not null,
    bytes bytea not null,
    primary key (blob_id, position)
);

create table inbound (
    id {ID},
    company_id bigint references company (id),
    blob_id bigint not null references blob (id),
    entrance text not null references entrance (name),
    sender text not null,
    recipient text not null,
    original_recipient text not null,
    queue_id text not null,
    client_address text not null,
    state text not null default 'accepted'
        check (state in ('accepted', 'filed', 'duplicate', 'held', 'unmatched', 'error', 'discarded')),
    attempts bigint not null default 0,
    -- How often reading it ended by its own fault, and how often by something else.
    faults bigint not null default 0,
    stops bigint not null default 0,
    -- How often the key of its signature could not be had, and when to ask for it again.
    asks bigint not null default 0,
    ask_at bigint not null default 0,
    delivery_key text unique,
    rfc_message_id text not null default '',
    from_address text not null default '',
    subject text not null default '',
    record_id bigint references record (id),
    answers_id bigint,
    message_id bigint,
    -- The alias that it was sent to, whichever rule decided.
    alias_id bigint references alias (id),
    -- Sentences are kept as a code with values (JSON); the words are made for the reader.
    reason text not null default '',
    trace text not null default '[]',
    -- Who sent it, by what was checked (JSON).
    proof text not null default '{}',
    error text not null default '',
    -- What stood here before a person decided (JSON), with which an undo brings it back into the review queue.
    undecided text not null default '',
    -- What a mail server reports of a message of ours: bounce, delay, receipt or complaint; '' for all other mail.
    report text not null default '',
    accepted_at bigint not null,
    settled_at bigint
);
create index inbound_accepted on inbound (id) where state = 'accepted';
create index inbound_review on inbound (id) where state in ('held', 'unmatched', 'error');
create index inbound_time on inbound (accepted_at);
create index inbound_queue on inbound (queue_id, accepted_at) where queue_id <> '';
create index inbound_time_company on inbound (company_id, accepted_at);
-- Counted for the overview: where each mail of a day went.
create index inbound_went on inbound (state, report, accepted_at)
    where state in ('filed', 'duplicate', 'discarded');
create index inbound_went_company on inbound (company_id, state, report, accepted_at)
    where state in ('filed', 'duplicate', 'discarded');
create index inbound_from on inbound (lower(from_address), company_id) where from_address <> '';
create index inbound_blob on inbound (blob_id);
create index inbound_company_blob on inbound (company_id, blob_id);
create index inbound_review_company on inbound (company_id, id) where state in ('held', 'unmatched', 'error');
create index inbound_held on inbound (company_id, record_id, id)
    where state in ('held', 'unmatched', 'error');
create index inbound_alias on inbound (company_id, alias_id, accepted_at);
create index inbound_alias_review on inbound (company_id, alias_id) where state in ('held', 'unmatched', 'error');

-- The number counts from 1 within its record: pages are asked for by it, and tell nothing of other companies.
create table message (
    id {ID},
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    number bigint not null,
    kind text not null check (kind in ('received', 'post', 'note', 'event')),
    public boolean not null,
    author_user_id bigint references users (id),
    author_contact_id bigint references contact (id),
    author_name text not null,
    author_address text not null,
    verified boolean not null,
    proof text not null default '{}',
    subject text not null,
    -- Characters of the three that follow: a page of a thread ends before it holds too many.
    size bigint not null default 0,
    text text not null,
    html text not null,
    reply_text text not null,
    rfc_message_id text not null,
    content_hash text not null,
    sent_as text not null default '',
    answers_id bigint references message (id),
    -- What a colleague sent on to somebody: its answer is that person's, and nobody else sees it.
    forwards_id bigint references message (id),
    inbound_id bigint references inbound (id),
    flag text not null default '' check (flag in ('', 'id reused', 'unreadable', 'partly read')),
    -- What an event says, as a code with values (JSON); its texts are empty then.
    phrase text not null default '',
    -- By whom it came where that is not its author, as a code with values (JSON): what stands in From, who forwarded it.
    via text not null default '',
    sent_on_by_id bigint references users (id),
    -- Where its author asks answers to go, where that is another address than theirs.
    reply_to text not null default '',
    automatic boolean not null default false,
    -- How many installations passed it on before; what leaves because of it says one more.
    hops bigint not null default 0,
    -- The message that stands quoted below it, which everybody outside had who gets it.
    quotes_id bigint references message (id),
    token_epoch bigint not null default 0,
    -- A note that its author changed or deleted; what it said before is a version.
    edited_at bigint,
    deleted_at bigint,
    written_at bigint not null,
    created_at bigint not null,
    unique (company_id, record_id, number),
    unique (company_id, record_id, rfc_message_id, content_hash)
);
create index message_quotes on message (quotes_id) where quotes_id is not null;
create index message_unread on message (company_id, id) where flag in ('unreadable', 'partly read');
create index message_unread_everywhere on message (id) where flag in ('unreadable', 'partly read');
create index message_inbound on message (inbound_id) where inbound_id is not null;
create index message_thread on message (company_id, record_id, id);
create index message_author on message (company_id, author_contact_id, id) where author_contact_id is not null;
create index message_rfc_id on message (company_id, rfc_message_id, content_hash);

-- Messages that went from one record to another: some of them, some into a record of their own, or all of a record that
-- was merged.  What came later is told apart by the newest message of then.
create table move (
    id {ID},
    company_id bigint not null references company (id),
    kind text not null check (kind in ('move', 'split', 'merge')),
    from_id bigint not null references record (id),
    to_id bigint not null references record (id),
    -- What else went along (JSON), by which an undo takes it back.
    along text not null default '{}',
    last_message_id bigint not null,
    created_at bigint not null,
    undone_at bigint
);
create index move_into on move (company_id, to_id, id);
create index move_from on move (company_id, from_id, id);

-- Where a message stood before it was moved: its number there leads on to it, and is its own again if it comes back.
create table former_place (
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    number bigint not null,
    message_id bigint not null references message (id),
    move_id bigint not null references move (id),
    created_at bigint not null,
    primary key (company_id, record_id, number)
);
create unique index former_place_message on former_place (company_id, message_id, record_id);
create index former_place_move on former_place (company_id, move_id, message_id);

-- Ids of others that a received mail refers to, the first and the last of them.
create table message_reference (
    company_id bigint not null references company (id),
    rfc_message_id text not null,
    message_id bigint not null references message (id),
    primary key (company_id, rfc_message_id, message_id)
);
create index message_reference_of on message_reference (message_id);
create table message_version (
    id {ID},
    company_id bigint not null references company (id),
    message_id bigint not null references message (id),
    text text not null,
    html text not null,
    created_at bigint not null
);
create index message_version_of on message_version (company_id, message_id, id);

-- What is found by words: of a message, of the names of its files, of a record; each database has a table of its own kind.
{SEARCH}

-- Who stands in To, Cc and Bcc of a message, our own addresses left out.
create table message_address (
    company_id bigint not null references company (id),
    message_id bigint not null references message (id),
    field text not null check (field in ('to', 'cc', 'bcc')),
    position bigint not null,
    name text not null,
    address text not null,
    contact_id bigint references contact (id),
    primary key (company_id, message_id, field, position)
);
create index message_address_contact on message_address (company_id, contact_id, message_id) where contact_id is not null;

create table attachment (
    id {ID},
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    message_id bigint not null references message (id),
    blob_id bigint not null references blob (id),
    position bigint not null,
    filename text not null,
    content_type text not null,
    content_id text,
    inline boolean not null,
    card text not null default '',
    unique (company_id, message_id, position)
);
create index attachment_blob on attachment (blob_id);
create index attachment_record on attachment (company_id, record_id, blob_id);
create index attachment_newest on attachment (company_id, record_id, id);

-- What somebody writes on a record and has not sent, one of a kind for each record.  Once Send is pressed it leaves at a
-- time: after their undo time, or when they said.  ``body`` is what stands in the form (JSON).
create table draft (
    id {ID},
    company_id bigint not null references company (id),
    -- None where it is the first message of a record that is not there yet.
    record_id bigint references record (id),
    user_id bigint not null references users (id),
    kind text not null check (kind in ('message', 'note')),
    state text not null default 'writing' check (state in ('writing', 'leaving', 'scheduled')),
    body text not null,
    leaves_at bigint,
    -- It does not leave if somebody outside wrote after the message that was the last one then.
    unless_answered boolean not null default false,
    last_message_id bigint not null default 0,
    created_at bigint not null,
    changed_at bigint not null,
    -- Counts what was kept; with the pen, a word of the page that kept it last, it tells two open pages apart.
    version bigint not null default 1,
    pen text not null default '',
    -- What another page said that was open at the same time.
    aside text,
    aside_at bigint,
    check ((leaves_at is null) = (state = 'writing')),
    check ((aside is null) = (aside_at is null)),
    check (record_id is not null or state = 'writing')
);
create unique index draft_writing on draft (company_id, user_id, record_id, kind) where state = 'writing';
create index draft_record on draft (company_id, record_id, id);
create index draft_user on draft (user_id);
create index draft_begun on draft (company_id, user_id, id) where record_id is null;

-- What stands below the messages of a person, or of a team, in one company.
create table signature (
    id {ID},
    company_id bigint not null references company (id),
    user_id bigint references users (id),
    team_id bigint references team (id),
    text text not null,
    unique (company_id, user_id),
    unique (company_id, team_id),
    check ((user_id is null) <> (team_id is null))
);
create index signature_user on signature (user_id) where user_id is not null;
create index signature_team on signature (team_id) where team_id is not null;

-- What stands around the messages of a company to people outside: each version, of which one may be in use.
create table layout (
    id {ID},
    company_id bigint not null references company (id),
    colour text not null,
    footer text not null,
    template text not null,
    -- The logo in base64, and its type; both empty where there is none.
    logo text not null,
    logo_type text not null,
    used boolean not null,
    created_at bigint not null
);
create unique index layout_used on layout (company_id) where used;
create index layout_company on layout (company_id, id);

-- Replies that are kept to be used again: of one colleague, of a team, or of the company, where both are null.
create table saved_reply (
    id {ID},
    company_id bigint not null references company (id),
    user_id bigint references users (id),
    team_id bigint references team (id),
    name text not null,
    -- What somebody types behind a slash to get it; '' where it is only in the menu.
    word text not null default '',
    -- For records of this type, and for readers of this language; null and '' for all.
    record_type text,
    language text not null default '',
    text text not null,
    -- What Send does then: what becomes of the record, who gets it, which tags (JSON) it bears.
    after_send text not null default 'keep' check (after_send in ('keep', 'wait', 'close')),
    assign_user_id bigint references users (id),
    assign_team_id bigint references team (id),
    tags text not null default '[]',
    removed_at bigint,
    created_at bigint not null,
    changed_at bigint not null,
    foreign key (company_id, record_type) references record_type (company_id, name) on update cascade,
    check (user_id is null or team_id is null),
    check (assign_user_id is null or assign_team_id is null)
);
create index saved_reply_company on saved_reply (company_id, name, id) where removed_at is null;
create index saved_reply_user on saved_reply (user_id) where user_id is not null;
create index saved_reply_team on saved_reply (team_id) where team_id is not null;
create index saved_reply_assign_user on saved_reply (assign_user_id) where assign_user_id is not null;
create index saved_reply_assign_team on saved_reply (assign_team_id) where assign_team_id is not null;
create index saved_reply_type on saved_reply (company_id, record_type);

-- When an address got its last confirmation of receipt: one a day.
create table confirmation (
    company_id bigint not null references company (id),
    address text not null,
    last_at bigint not null,
    primary key (company_id, address)
);

create table saved_reply_file (
    id {ID},
    company_id bigint not null references company (id),
    saved_reply_id bigint not null references saved_reply (id),
    blob_id bigint not null references blob (id),
    filename text not null,
    content_type text not null
);
create index saved_reply_file_of on saved_reply_file (company_id, saved_reply_id, id);
create index saved_reply_file_reply on saved_reply_file (saved_reply_id);
create index saved_reply_file_blob on saved_reply_file (blob_id);

create table draft_file (
    id {ID},
    company_id bigint not null references company (id),
    draft_id bigint not null references draft (id),
    blob_id bigint not null references blob (id),
    filename text not null,
    content_type text not null,
    -- An image that stands among the words.
    inline boolean not null default false
);
create index draft_file_of on draft_file (company_id, draft_id, id);
create index draft_file_draft on draft_file (draft_id);
create index draft_file_blob on draft_file (blob_id);

-- An outsider in the conversation.  With a message_id, in that message alone (somebody verified named them in Cc).
-- Who was taken out stays as a row, so that what we once sent them lets nobody back in.
create table participant (
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    contact_id bigint not null references contact (id),
    message_id bigint references message (id),
    alias_id bigint,
    reason text not null check (reason in ('opened', 'addressed', 'copied', 'added')),
    created_at bigint not null,
    removed_at bigint,
    primary key (company_id, record_id, contact_id)
);
create index participant_records on participant (company_id, contact_id, record_id);
create index participant_contact on participant (company_id, contact_id, alias_id);

-- A copy of a message, or an email of notices to one user, which has no message: its sentences are kept here (JSON).
create table outbox (
    id {ID},
    company_id bigint not null references company (id),
    message_id bigint references message (id),
    audience text not null check (audience in ('outsider', 'colleagues', 'notices', 'digest', 'account', 'link')),
    channel text not null default 'email' references channel (name),
    contact_id bigint references contact (id),
    user_id bigint references users (id),
    -- Whom a link is for, who is neither a user nor a contact; '' for every other copy.
    address text not null default '',
    says text not null default '[]',
    language text not null default 'en',
    -- For colleagues whom the message mentions: that is why they get it.
    mentioned boolean not null default false,
    state text not null default 'waiting' check (state in ('waiting', 'delayed', 'sent', 'failed', 'cancelled')),
    attempts bigint not null default 0,
    next_at bigint not null,
    leased_until_at bigint not null default 0,
    leased_by text not null default '',
    error text not null default '',
    created_at bigint not null,
    changed_at bigint not null,
    check ((message_id is null) = (audience in ('notices', 'digest', 'account', 'link'))),
    check ((user_id is null) = (message_id is not null or audience = 'link')),
    check ((address = '') = (audience <> 'link'))
);
create index outbox_due on outbox (next_at, id) where state = 'waiting';
create index outbox_pending on outbox (id) where state in ('waiting', 'delayed');
create index outbox_pending_company on outbox (company_id, created_at) where state in ('waiting', 'delayed');
create index outbox_went on outbox (state, created_at) where state in ('sent', 'failed', 'cancelled');
create index outbox_went_company on outbox (company_id, state, created_at) where state in ('sent', 'failed', 'cancelled');
create index outbox_company on outbox (company_id, id);
-- What goes to somebody without being a message: found by whom it is for.
create index outbox_own on outbox (company_id, id) where message_id is null;

-- What left with a domain in From, hour by hour, and how much of it DMARC passes.
-- What receivers report of the mail that bears a domain in From; it belongs to the domain, whose companies share its
-- one DMARC record.
create table dmarc_report (
    id {ID},
    domain_id bigint not null references domain (id),
    verified boolean not null,
    sender text not null,
    organisation text not null,
    report text not null,
    begin_at bigint not null,
    end_at bigint not null,
    created_at bigint not null,
    unique (domain_id, verified, sender, organisation, report)
);
create index dmarc_report_end on dmarc_report (domain_id, end_at);
create index dmarc_report_created on dmarc_report (created_at);
create table dmarc_row (
    dmarc_report_id bigint not null references dmarc_report (id),
    position bigint not null,
    source text not null,
    selector text not null,
    disposition text not null check (disposition in ('none', 'pass', 'quarantine', 'reject')),
    dkim boolean not null,
    spf boolean not null,
    mails bigint not null,
    primary key (dmarc_report_id, position)
);

create table alignment (
    company_id bigint not null references company (id),
    domain text not null,
    hour_at bigint not null,
    mails bigint not null,
    signed bigint not null,
    returned bigint not null,
    aligned bigint not null,
    primary key (company_id, domain, hour_at)
);
create index alignment_domain on alignment (domain, hour_at);
create index alignment_hour on alignment (hour_at);

create table delivery (
    id {ID},
    company_id bigint not null references company (id),
    record_id bigint not null references record (id),
    message_id bigint not null references message (id),
    person text not null,
    user_id bigint references users (id),
    contact_id bigint references contact (id),
    channel text not null references channel (name),
    address text not null,
    state text not null check (state in
        ('queued', 'sent', 'accepted', 'relayed', 'delayed', 'delivered', 'bounced', 'failed', 'cancelled', 'unread', 'read')),
    reason text not null default '',
    -- The server that took it or put it off, and when that is tried again; what the mail server's log says.
    host text not null default '',
    again_at bigint not null default 0,
    outbox_id bigint references outbox (id),
    -- The message mentions this colleague.
    mentioned boolean not null default false,
    -- The colleague who is out of office and for whom this one is told; '' for nobody.
    stands_in_for text not null default '',
    -- Of what tells in the inbox that a message did not arrive: that message.
    failure_of bigint references message (id),
    not_before_at bigint not null default 0,
    created_at bigint not null default 0,
    changed_at bigint not null,
    -- When its reader was done with it, in the inbox.
    done_at bigint,
    unique (company_id, message_id, person, channel)
);
create index delivery_outbox on delivery (company_id, outbox_id, address);
create index delivery_record on delivery (company_id, record_id, changed_at);
create index delivery_address on delivery (company_id, address, changed_at, id) where contact_id is not null;
create index delivery_contact on delivery (contact_id, record_id) where contact_id is not null;
create index delivery_inbox on delivery (company_id, user_id, id) where channel = 'inbox';
create index delivery_unread on delivery (company_id, user_id, record_id) where state = 'unread';
create index delivery_new on delivery (user_id, record_id) where state = 'unread' and done_at is null;
create index delivery_open on delivery (user_id, created_at, id)
    where channel = 'inbox' and done_at is null and failure_of is null;
create index delivery_open_record on delivery (user_id, record_id, created_at, id)
    where channel = 'inbox' and done_at is null;
create index delivery_done on delivery (user_id, done_at) where done_at is not null;
create index delivery_failure on delivery (user_id, record_id) where failure_of is not null and done_at is null;
create index delivery_failure_of on delivery (failure_of) where failure_of is not null;

-- Servers that take what leaves, by the domains and addresses in From; passwords and certificates are in files alone.
-- The one without a host is this machine's own, and is asked last.
create table outgoing_server (
    id {ID},
    name text not null unique,
    host text not null,
    port bigint not null,
    security text not null check (security in ('starttls', 'tls', 'none')),
    sign_in text not null check (sign_in in ('none', 'password', 'certificate', 'oauth')),
    login text not null default '',
    senders text not null default '',
    token_url text not null default '',
    client_id text not null default '',
    scope text not null default '',
    -- How much may go by it, and to one domain within a minute; null for as much as there is.
    per_minute bigint,
    per_day bigint,
    per_domain bigint,
    falls_back boolean not null default true,
    state text not null default 'on' check (state in ('on', 'off', 'removed')),
    position bigint not null
);
insert into outgoing_server (name, host, port, security, sign_in, position)
values ('local', '', 25, 'none', 'none', 1000000);

-- What went by a server that has a limit, by minutes since 1970 and by domain; of the last day.
create table server_use (
    server_id bigint not null references outgoing_server (id),
    minute bigint not null,
    domain text not null,
    count bigint not null,
    primary key (server_id, minute, domain)
);
create index server_use_minute on server_use (minute);

-- What the mail server's log says it handed over, by hours since 1970, and how much of it is here; and what is not, by
-- its queue id.  Both are of the last days.
create table handed_hour (
    hour bigint primary key,
    handed bigint not null,
    here bigint not null
);
create table handed_missing (
    queue_id text not null,
    recipient text not null,
    handed_at bigint not null,
    primary key (queue_id, recipient)
);
create index handed_missing_time on handed_missing (handed_at);

-- Addresses outside to which nothing is sent, with the reason of the report and the words of the server.
create table suppression (
    company_id bigint not null references company (id),
    address text not null,
    why text not null,
    answer text not null default '',
    record_id bigint references record (id),
    created_at bigint not null,
    primary key (company_id, address)
);
create index suppression_record on suppression (record_id) where record_id is not null;

-- On which days since 1970 an address outside refused mail, and whether that was about the address itself, about its
-- mailbox, or about something else; rows of the last months.
create table bounce (
    company_id bigint not null references company (id),
    address text not null,
    domain text not null,
    about text not null check (about in ('address', 'mailbox', 'else')),
    day bigint not null,
    created_at bigint not null,
    primary key (company_id, address, about, day)
);
create index bounce_domain on bounce (company_id, domain, created_at, address);
create index bounce_created on bounce (created_at);

-- What a user is told in the inbox that is no message of a thread: a mail for review, say.
create table notice (
    id {ID},
    company_id bigint not null references company (id),
    user_id bigint not null references users (id),
    inbound_id bigint references inbound (id),
    record_id bigint references record (id),
    -- The activity of which it reminds, and by which day that was to be done then.
    activity_id bigint references activity (id),
    due_on text not null default '',
    -- What it waits for: a decision on the mail, or that the activity is done.  It stays in the inbox until then.
    waits text not null default '' check (waits in ('', 'held', 'due')),
    phrase text not null,
    created_at bigint not null,
    read_at bigint,
    done_at bigint
);
create index notice_user on notice (company_id, user_id, id);
create index notice_record on notice (company_id, record_id) where record_id is not null;
create index notice_new on notice (user_id, read_at) where done_at is null;
create index notice_open on notice (user_id, created_at, id) where done_at is null;
create index notice_open_record on notice (user_id, record_id, created_at, id) where done_at is null;
create index notice_done on notice (user_id, done_at) where done_at is not null;
create index notice_waits on notice (user_id, record_id) where waits <> '' and done_at is null;
create index notice_activity on notice (activity_id) where activity_id is not null;
create index notice_inbound on notice (inbound_id) where inbound_id is not null;
create unique index notice_once on notice (company_id, user_id, inbound_id);

-- What a user is told by mail as well, gathered until the next one may leave; without any word from outside.
create table gathered_notice (
    id {ID},
    company_id bigint not null references company (id),
    user_id bigint not null references users (id),
    what text not null check (what in ('review', 'failed', 'assigned', 'added', 'passed on', 'dns', 'due', 'stands in', 'crossed')),
    inbound_id bigint references inbound (id),
    record_id bigint references record (id),
    created_at bigint not null
);
create index gathered_notice_user on gathered_notice (user_id, id);
create index gathered_notice_inbound on gathered_notice (inbound_id) where inbound_id is not null;
create unique index gathered_notice_once on gathered_notice (company_id, user_id, inbound_id);

-- What goes to and fro between somebody and one place, a record or an alias; rows of the last hour, and of alarms of
-- the last day.  ``who`` is an address or a user, with "verified " before one who is, or the senders of a domain.
-- ``waiting``: nothing of ours went back yet.  ``times`` are the last turns, 13 digits each; of a domain, when colleagues
-- were told of its mail, and ``held_at`` since when they are told in the inbox alone.
create table turn (
    company_id bigint not null references company (id),
    who text not null,
    place text not null,
    waiting boolean not null,
    times text not null default '',
    mails bigint not null,
    since_at bigint not null,
    held_at bigint not null default 0,
    alarmed_at bigint not null default 0,
    last_at bigint not null,
    primary key (company_id, who, place)
);
create index turn_last on turn (last_at);

-- Senders whose mail is never taken for a loop: an address, or @ and a domain.
create table exemption (
    company_id bigint not null references company (id),
    address text not null,
    created_at bigint not null,
    primary key (company_id, address)
);

-- What happens at a time, whichever program is up then.  The row goes in the transaction of its effect, so that nothing
-- happens twice; the outbox has leases of its own, because a hand-over to the mail server cannot be rolled back.
create table due (
    id {ID},
    company_id bigint references company (id),
    kind text not null,
    key text not null,
    due_at bigint not null,
    leased_until_at bigint not null default 0,
    leased_by text not null default '',
    attempts bigint not null default 0,
    error text not null default '',
    created_at bigint not null,
    unique (kind, key)
);
create index due_time on due (due_at, id);

-- Who changed what is set up: one row an act, with what stood there before and after as JSON objects.  What belongs to
-- no company (a shared domain, a user) has none here either.
create table audit (
    id {ID},
    company_id bigint references company (id),
    user_id bigint references users (id),
    actor text not null,
    act text not null,
    subject text not null,
    was text not null,
    became text not null,
    created_at bigint not null
);
create index audit_company on audit (company_id, id);
create index audit_act on audit (company_id, act, id);
create index audit_subject on audit (company_id, subject, id);

-- Messages that did not reach somebody, as long as nobody has done anything about it: sent again, put right, taken out.
create view failing as
select f.company_id, f.message_id
from delivery f
where f.state in ('failed', 'bounced')
    and (
        f.contact_id is null
        or (
            exists (
                select 1 from contact_address a
                where a.company_id = f.company_id and a.contact_id = f.contact_id and a.address = f.address
            )
            and not exists (
                select 1 from participant p
                where p.company_id = f.company_id and p.record_id = f.record_id and p.contact_id = f.contact_id
                    and p.removed_at is not null
            )
        )
    );

-- A saved reply with the names of those whom it belongs to, and to whom it gives a record.
create view saved_reply_row as
select
    s.id, s.company_id, s.user_id, coalesce(u.name, '') as author, s.team_id, coalesce(t.name, '') as team, s.name,
    s.word, coalesce(s.record_type, '') as record_type, s.language, s.text, s.after_send, s.assign_user_id,
    coalesce(a.name, '') as assign_name, s.assign_team_id, coalesce(b.name, '') as assign_team, s.tags,
    s.removed_at, s.created_at, s.changed_at
from saved_reply s
    left join users u on u.id = s.user_id
    left join team t on t.id = s.team_id
    left join users a on a.id = s.assign_user_id
    left join team b on b.id = s.assign_team_id;

-- One message to one person, with the name of that person: wherever a delivery is read, it is read by this.
create view delivery_row as
select
    d.id, d.company_id, d.message_id, d.person, d.user_id, d.contact_id, coalesce(u.name, c.name) as name, d.channel,
    d.address, d.state, d.reason, d.host, d.again_at, d.outbox_id, d.changed_at, d.mentioned
from delivery d
    left join users u on u.id = d.user_id
    left join contact c on c.id = d.contact_id;

-- The people of a company as its admins see them.  Of somebody who was invited, signs in elsewhere and did not come yet
-- they see what they know themselves: nobody learns by an invitation who works in another company.
create view member_row as
select
    m.company_id, u.id, case when m.invited_name <> '' then m.invited_name else u.name end as name, m.role,
    case when m.invited_name <> '' then 'email' else u.prefers end as prefers, u.language, u.active,
    u.password is not null and m.invited_name = '' as has_password,
    m.invited_name = '' and exists (
        select 1 from second_factor f where f.user_id = u.id and f.confirmed_at is not null
    )
        as second_factor,
    m.invited_name = '' and exists (select 1 from installation_admin i where i.user_id = u.id) as installation_admin,
    coalesce(
        nullif(m.invited_address, ''),
        (select a.address from user_address a where a.user_id = u.id and a.kind = 'email' order by a.position limit 1)
    )
        as address,
    (select max(s.seen_at) from session s where s.user_id = u.id and m.invited_name = '') as seen_at,
    case when m.invited_name <> '' then 1 else (select count(*) from membership o where o.user_id = u.id) end as companies,
    m.invited_name <> '' as pending
from membership m join users u on u.id = m.user_id;

-- Who is away in each company of theirs, and who stands in there: somebody active who may write, and is not away as well.
create view stand_in as
select m.company_id, u.id as away_id, u.name as away_name, u.away_until_at as until_at, s.id as user_id, s.name
from users u
    join membership m on m.user_id = u.id
    left join membership n
        on n.company_id = m.company_id and n.user_id = u.substitute_id and n.role in ('admin', 'agent')
    left join users s on s.id = n.user_id and s.active and not s.away
where u.away;

-- What lists and pages show of an alias and of a record: the row with the names of those whom it refers to.
create view alias_row as
select
    a.id, a.company_id, a.domain_id, a.local_part, d.name as domain, a.address, a.record_type, a.record_id,
    r.label as record, a.owner_id, u.name as owner,
    (
        select e.address from user_address e
        where e.user_id = a.owner_id and e.kind = 'email'
        order by e.position
        limit 1
    )
        as owner_address,
    a.owner_team_id, t.name as team, a.accepts, a.answer_as, a.defaults, a.when_closed, a.machines, a.spam,
    a.pattern, a.reads, a.each, a.forms, a.quotes, a.confirms,
    a.confirm_with, a.state, c.name as company,
    a.generation, a.last_mail_at, a.created_at, a.changed_at
from alias a
    join domain d on d.id = a.domain_id
    join company c on c.id = a.company_id
    left join record r on r.id = a.record_id
    left join users u on u.id = a.owner_id
    left join team t on t.id = a.owner_team_id;

create view record_row as
select
    r.id, r.company_id, c.name as company, r.type, r.number, r.label, r.title, r.state, r.counts_as, r.priority, r.fields,
    r.owner_id, u.name as owner,
    (
        select e.address from user_address e
        where e.user_id = r.owner_id and e.kind = 'email'
        order by e.position
        limit 1
    )
        as owner_address,
    r.owner_team_id, t.name as team, r.customer_id, k.name as customer,
    (
        select e.address from contact_address e
        where e.company_id = r.company_id and e.contact_id = r.customer_id and e.kind = 'email'
        order by e.created_at, e.address
        limit 1
    )
        as customer_address,
    r.alias_id, r.reference, r.reference_url, r.last_message_id, r.awaits_since_at, r.snoozed_until_at, r.hidden_as,
    r.hidden_at, r.merged_into_id, r.created_at, r.changed_at, r.urgency, r.owner_order,
    case when u.away then u.away_until_at end as owner_away_until_at,
    case
        when u.away
        then (select t.name from stand_in t where t.company_id = r.company_id and t.away_id = r.owner_id)
    end as stand_in
from record r
    join company c on c.id = r.company_id
    left join users u on u.id = r.owner_id
    left join team t on t.id = r.owner_team_id
    left join contact k on k.id = r.customer_id;

-- The types whose records do not exist for a member: those for named teams only, of which they are in none.
create view hidden_type as
select t.company_id, m.user_id, t.name as record_type
from record_type t join membership m on m.company_id = t.company_id
where t.teams_only and m.role <> 'admin'
    and not exists (select 1 from installation_admin a where a.user_id = m.user_id)
    and not exists (
        select 1
        from record_type_team p join team_member n on n.company_id = p.company_id and n.team_id = p.team_id
        where p.company_id = t.company_id and p.record_type = t.name and n.user_id = m.user_id
    );

-- A copy as lists show it, once for each address that it goes to.
create view outbox_line as
select
    p.id, p.company_id, c.name as company, p.message_id, m.record_id, r.label as record,
    coalesce(m.subject, '') as subject, p.audience, p.channel, p.state, p.attempts, p.next_at, p.leased_until_at,
    p.error, p.created_at, p.changed_at,
    coalesce(
        d.address, nullif(p.address, ''),
        (select a.address from user_address a where a.user_id = p.user_id and a.kind = 'email' order by a.position limit 1)
    ) as address,
    d.id as delivery_id
from outbox p
    join company c on c.id = p.company_id
    left join message m on m.id = p.message_id
    left join record r on r.id = m.record_id
    left join delivery d on d.company_id = p.company_id and d.outbox_id = p.id;

create view inbound_line as
select
    i.id, i.company_id, c.name as company, i.entrance, i.sender, i.recipient, i.queue_id, i.state, i.from_address,
    i.subject, i.record_id, r.label as record, i.answers_id, i.message_id, i.reason, i.report, i.accepted_at, i.settled_at
from inbound i
    left join record r on r.id = i.record_id
    left join company c on c.id = i.company_id;

-- Who may decide on a mail that waits for review: admins; of what bears a colleague's address that colleague alone, and
-- nobody else where they may only read; of anything else who owns its record, or else its alias, they or their team, and who stands in for one of them; and
-- whoever was told of what has neither.
-- What is no company's is for who looks after the installation.  ``why`` says by what they may.
create view decider as
select i.company_id, i.id as inbound_id, m.user_id, case when m.role = 'admin' then 'admin' else 'theirs' end as why
from inbound i
    join membership m on m.company_id = i.company_id
    left join record r on r.id = i.record_id
    left join alias a on a.id = case
        when i.record_id is null then i.alias_id
        when r.owner_id is null and r.owner_team_id is null then r.alias_id
    end
where not exists (
        -- A record of a type that does not exist for somebody is not theirs to decide on.
        select 1 from hidden_type h
        where h.company_id = i.company_id and h.user_id = m.user_id and h.record_type = coalesce(r.type, a.record_type)
    )
    and (
        m.role = 'admin'
        or (
            m.role = 'agent'
            and exists (
                select 1 from user_address e
                where e.kind = 'email' and e.address = lower(i.from_address) and e.user_id = m.user_id
            )
        )
        or (
            m.role = 'agent'
            and not exists (
                select 1
                from user_address e
                    join users w on w.id = e.user_id
                    join membership b on b.company_id = i.company_id and b.user_id = w.id
                where e.kind = 'email' and e.address = lower(i.from_address) and w.active
            )
            and (
                r.owner_id = m.user_id
                or a.owner_id = m.user_id
                or exists (
                    select 1 from team_member t
                    where t.team_id in (r.owner_team_id, a.owner_team_id) and t.user_id = m.user_id
                )
                or exists (
                    -- Who stands in for one of them who is away.
                    select 1 from users s
                    where s.substitute_id = m.user_id and s.away
                        and (
                            s.id = r.owner_id
                            or s.id = a.owner_id
                            or exists (
                                select 1 from team_member t
                                where t.team_id in (r.owner_team_id, a.owner_team_id) and t.user_id = s.id
                            )
                        )
                )
                or (
                    i.record_id is null and i.alias_id is null
                    and exists (
                        select 1 from notice n
                        where n.company_id = i.company_id and n.user_id = m.user_id and n.inbound_id = i.id
                    )
                )
            )
        )
    )
union all
select i.company_id, i.id, a.user_id, 'installation'
from inbound i cross join installation_admin a
where not exists (
        select 1 from membership m
        where m.company_id = i.company_id and m.user_id = a.user_id and m.role = 'admin'
    );
