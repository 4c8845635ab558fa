//! The bare limit of the stack: axum, async-graphql, tokio-postgres and Argon2 with the parameters of the service, and one
//! statement for each request. It checks nothing: no limits, no signatures, no expiry. A bearer token is the id of its
//! session. It is the yardstick of the service: what the stack itself costs.
//!
//! ```text
//! bare 127.0.0.1:4000 postgres://user@host/database
//! ```

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, RwLock};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use async_graphql::{
    Context, EmptySubscription, InputObject, Object, Request, Response, Schema, SimpleObject,
};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use tokio::sync::oneshot;
use tokio_postgres::{Client, NoTls, Statement};
use uuid::Uuid;

const TABLES: &str = "\
    CREATE TABLE users (id uuid PRIMARY KEY, email text UNIQUE, username text UNIQUE, password_hash bytea); \
    CREATE TABLE sessions (id uuid PRIMARY KEY, user_id uuid REFERENCES users, generation bigint NOT NULL DEFAULT 0)";

const SALT: &[u8] = b"sixteen bytes !!";

/// Connections to PostgreSQL. Each sends statements without waiting for earlier answers.
const CONNECTIONS: usize = 4;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Api = Schema<Query, Mutation, EmptySubscription>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (address, url) = (
        arguments.next().ok_or("no address")?,
        arguments.next().ok_or("no URL")?,
    );
    let listener = tokio::net::TcpListener::bind(address).await?;
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .data(Database::connect(&url).await?)
        .data(Hasher::start())
        .data(Cache::default())
        .finish();
    let router = axum::Router::new()
        .route("/graphql", post(answer))
        .with_state(schema);
    Ok(axum::serve(listener, router).await?)
}

async fn answer(
    State(schema): State<Api>,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Json<Response> {
    let bearer = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let session = Bearer(bearer.and_then(|id| id.parse().ok()));
    Json(schema.execute(request.data(session)).await)
}

/// The session of a request.
struct Bearer(Option<Uuid>);

/// Users that were read once, by session.
#[derive(Default)]
struct Cache(RwLock<HashMap<Uuid, User>>);

#[derive(SimpleObject, Clone)]
struct User {
    id: String,
    email: String,
    username: String,
    display_name: Option<String>,
    email_verified: bool,
}

#[derive(SimpleObject)]
struct Tokens {
    access_token: String,
    refresh_token: String,
}

#[derive(SimpleObject)]
struct Node {
    id: String,
}

#[derive(SimpleObject)]
struct SignedIn {
    token: Tokens,
    session: Node,
    user: Node,
}

#[derive(SimpleObject)]
struct Registered {
    user: Node,
}

#[derive(InputObject)]
struct RegisterInput {
    email: String,
    username: String,
    password: String,
}

#[derive(InputObject)]
struct LoginInput {
    identifier: String,
    password: String,
}

#[derive(InputObject)]
struct RefreshInput {
    refresh_token: String,
}

struct Query;

#[Object]
impl Query {
    /// The user of the session, with one statement.
    async fn me(&self, ctx: &Context<'_>) -> Result<User, async_graphql::Error> {
        let session = ctx.data::<Bearer>()?.0.ok_or("no session")?;
        ctx.data::<Database>()?
            .find_user(session)
            .await
            .map_err(graphql)
    }

    /// The user of the session, from memory after the first time.
    async fn cached_me(&self, ctx: &Context<'_>) -> Result<User, async_graphql::Error> {
        let session = ctx.data::<Bearer>()?.0.ok_or("no session")?;
        let cache = &ctx.data::<Cache>()?.0;
        if let Some(user) = cache
            .read()
            .ok()
            .and_then(|users| users.get(&session).cloned())
        {
            return Ok(user);
        }
        let user = ctx
            .data::<Database>()?
            .find_user(session)
            .await
            .map_err(graphql)?;
        cache
            .write()
            .map_err(|_| "poisoned")?
            .insert(session, user.clone());
        Ok(user)
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn register(
        &self,
        ctx: &Context<'_>,
        input: RegisterInput,
    ) -> Result<Registered, async_graphql::Error> {
        let hash = ctx
            .data::<Hasher>()?
            .hash(input.password)
            .await
            .map_err(graphql)?;
        let (one, statements) = ctx.data::<Database>()?.next();
        let id = new_id();
        one.execute(
            &statements.register,
            &[&id, &input.email, &input.username, &hash],
        )
        .await?;
        Ok(Registered {
            user: Node { id: id.to_string() },
        })
    }

    async fn login(
        &self,
        ctx: &Context<'_>,
        input: LoginInput,
    ) -> Result<SignedIn, async_graphql::Error> {
        let hash = ctx
            .data::<Hasher>()?
            .hash(input.password)
            .await
            .map_err(graphql)?;
        let (one, statements) = ctx.data::<Database>()?.next();
        let id = new_id();
        let row = one
            .query_one(&statements.login, &[&id, &input.identifier, &hash])
            .await?;
        Ok(signed_in(id, row.get(0), 0))
    }

    async fn refresh(
        &self,
        ctx: &Context<'_>,
        input: RefreshInput,
    ) -> Result<SignedIn, async_graphql::Error> {
        let (id, generation) = input.refresh_token.split_once(':').ok_or("no token")?;
        let (id, generation): (Uuid, i64) = (id.parse()?, generation.parse()?);
        let (one, statements) = ctx.data::<Database>()?.next();
        let row = one
            .query_one(&statements.refresh, &[&id, &generation])
            .await?;
        Ok(signed_in(id, row.get(0), row.get(1)))
    }
}

fn signed_in(session: Uuid, user: Uuid, generation: i64) -> SignedIn {
    let token = Tokens {
        access_token: session.to_string(),
        refresh_token: format!("{session}:{generation}"),
    };
    let [session, user] = [session, user].map(|id| Node { id: id.to_string() });
    SignedIn {
        token,
        session,
        user,
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "no test controls the ids of this server"
)]
fn new_id() -> Uuid {
    Uuid::now_v7()
}

fn graphql(failure: Failure) -> async_graphql::Error {
    async_graphql::Error::new_with_source(failure)
}

/// Connections, used in turn.
struct Database {
    connections: Vec<(Client, Statements)>,
    turn: AtomicUsize,
}

/// The statements of one connection.
struct Statements {
    user: Statement,
    register: Statement,
    login: Statement,
    refresh: Statement,
}

impl Database {
    async fn connect(url: &str) -> Result<Self, Failure> {
        let mut connections = Vec::new();
        for number in 0..CONNECTIONS {
            let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
            tokio::spawn(connection);
            if number == 0 {
                client.batch_execute(TABLES).await?;
            }
            let statements = Statements::prepare(&client).await?;
            connections.push((client, statements));
        }
        Ok(Self {
            connections,
            turn: AtomicUsize::new(0),
        })
    }

    fn next(&self) -> (&Client, &Statements) {
        let (client, statements) =
            &self.connections[self.turn.fetch_add(1, Ordering::Relaxed) % CONNECTIONS];
        (client, statements)
    }

    async fn find_user(&self, session: Uuid) -> Result<User, Failure> {
        let (one, statements) = self.next();
        let row = one.query_one(&statements.user, &[&session]).await?;
        Ok(User {
            id: row.get::<_, Uuid>(0).to_string(),
            email: row.get(1),
            username: row.get(2),
            display_name: None,
            email_verified: true,
        })
    }
}

impl Statements {
    async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        let user = "SELECT users.id, email, username FROM sessions JOIN users ON users.id = user_id WHERE sessions.id = $1";
        let register =
            "INSERT INTO users (id, email, username, password_hash) VALUES ($1, $2, $3, $4)";
        let login = "INSERT INTO sessions (id, user_id) \
                     SELECT $1, id FROM users WHERE username = $2 AND password_hash = $3 RETURNING user_id";
        let refresh = "UPDATE sessions SET generation = generation + 1 WHERE id = $1 AND generation = $2 \
                       RETURNING user_id, generation";
        Ok(Self {
            user: client.prepare(user).await?,
            register: client.prepare(register).await?,
            login: client.prepare(login).await?,
            refresh: client.prepare(refresh).await?,
        })
    }
}

/// One hashing thread for each core, with memory that is allocated once.
struct Hasher(Sender<(String, oneshot::Sender<Vec<u8>>)>);

impl Hasher {
    fn start() -> Self {
        let (jobs, waiting) = channel::<(String, oneshot::Sender<Vec<u8>>)>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            let waiting = Arc::clone(&waiting);
            std::thread::spawn(move || {
                let params = Params::default();
                let mut memory = vec![Block::default(); params.block_count()];
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
                loop {
                    let Some((password, reply)) =
                        waiting.lock().ok().and_then(|jobs| jobs.recv().ok())
                    else {
                        return;
                    };
                    let mut hash = vec![0; Params::DEFAULT_OUTPUT_LEN];
                    let bytes = password.as_bytes();
                    if argon2
                        .hash_password_into_with_memory(bytes, SALT, &mut hash, &mut memory)
                        .is_ok()
                    {
                        let _ = reply.send(hash);
                    }
                }
            });
        }
        Self(jobs)
    }

    async fn hash(&self, password: String) -> Result<Vec<u8>, Failure> {
        let (reply, hash) = oneshot::channel();
        self.0.send((password, reply))?;
        Ok(hash.await?)
    }
}
