// node's oidc-provider on the same work: one signed-in account, two clients of the first party, opaque access tokens in its
// in-memory store, PKCE asked of everyone, refresh tokens rotated at each use.
//
// Usage: node provider.mjs PORT SECRET REDIRECT_URI ALGORITHM

import { generateKeyPairSync } from 'node:crypto';

import Provider from 'oidc-provider';

const [port, secret, redirectUri, algorithm] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

function client(id, grantTypes) {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: [redirectUri],
    response_types: ['code'],
    grant_types: grantTypes,
    id_token_signed_response_alg: algorithm,
  };
}

function key(alg) {
  const pair = alg === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...pair.privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: alg };
}

const provider = new Provider(issuer, {
  clients: [client('bench', ['authorization_code']), client('bench-refresh', ['authorization_code', 'refresh_token'])],
  jwks: { keys: [key('ES256'), key('RS256')] },
  cookies: { keys: ['a bench signs its cookies with this'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'Ada Hale', given_name: 'Ada', family_name: 'Hale', birthdate: '1980-05-05' }),
  }),
  claims: { openid: ['sub'], profile: ['name', 'given_name', 'family_name', 'birthdate'] },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
  interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
  pkce: { required: () => true },
  issueRefreshToken: (_, of) => of.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 86400, Session: 43200, Grant: 43200, Interaction: 1800 },
  // Nobody is asked: a client of the first party has its grant, which the session then remembers.
  async loadExistingGrant(ctx) {
    const { client: { clientId }, session: { accountId } } = ctx.oidc;
    const known = ctx.oidc.session.grantIdFor(clientId);
    // The store in memory holds a thousand things and forgets the oldest.
    const found = known && await provider.Grant.find(known);
    if (found) return found;
    const grant = new provider.Grant({ clientId, accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

// Whoever comes to sign in is signed in.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/sign-in/')) return next();
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'ada' } });
  ctx.respond = false;
});

provider.listen(Number(port), '127.0.0.1');
