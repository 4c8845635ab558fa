// Apollo's gateway in front of both subgraphs. It forwards the Authorization header.

import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { getOperationAST, parse, validate } from 'graphql';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export class Gateway {
  #loaded;

  // The number of requests to each URL.
  asked = new Map();

  static async start(supergraphSdl) {
    const gateway = new Gateway();
    const buildService = ({ url }) => new PassesTheTokenOn(url, gateway.asked);
    gateway.apollo = new ApolloGateway({ supergraphSdl, buildService, logger: quiet });
    gateway.#loaded = await gateway.apollo.load();
    return gateway;
  }

  // Returns the response for a client: { data, errors }.
  async ask(source, { accessToken, variables = {} } = {}) {
    const { executor, schema } = this.#loaded;
    const document = parse(source);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const { data, errors: failures } = await executor({
      request: { query: source, variables },
      context: { authorization: accessToken && `Bearer ${accessToken}` },
      operation: getOperationAST(document),
      operationName: null,
      queryHash: source,
      document,
      source,
      schema,
      logger: quiet,
      metrics: {},
    });
    // As JSON would transmit it.
    return JSON.parse(JSON.stringify({ data, errors: failures }));
  }

  stop() {
    return this.apollo.stop();
  }
}

class PassesTheTokenOn extends RemoteGraphQLDataSource {
  constructor(url, asked) {
    super({ url });
    this.asked = asked;
  }

  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set('Authorization', context.authorization);
    this.asked.set(this.url, (this.asked.get(this.url) ?? 0) + 1);
  }
}
