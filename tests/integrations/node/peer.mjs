// node's oidc-provider with one account, whose password earns the one context that can be met; every other context that must
// be met is told as unmet, as its documentation has an integrator do.
//
// Usage: node peer.mjs PORT SECRET REDIRECT_URI USERNAME PASSWORD RESOURCE

import Provider from 'oidc-provider';

const [port, secret, redirectUri, username, password, resource] = process.argv.slice(2);
const met = 'urn:facestep:acr:pwd';
const unmet = 'urn:facestep:acr:face';

const provider = new Provider(`http://127.0.0.1:${port}`, {
  acrValues: [met, unmet],
  clients: [{
    client_id: 'pack',
    client_secret: secret,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid offline_access',
  }],
  cookies: { keys: ['a peer of a test signs its cookies with this'] },
  claims: { openid: ['sub'], acr: null, amr: null, auth_time: null, sid: null },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    claimsParameter: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: '', audience: resource, accessTokenFormat: 'jwt' }),
      useGrantedResource: () => true,
    },
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  async loadExistingGrant(ctx) {
    const { client: { clientId }, session: { accountId } } = ctx.oidc;
    const known = ctx.oidc.session.grantIdFor(clientId);
    if (known) return provider.Grant.find(known);
    const grant = new provider.Grant({ clientId, accountId });
    grant.addOIDCScope('openid offline_access');
    await grant.save();
    return grant;
  },
});

/** The contexts of which one must be met, where the request sets such a condition. */
function essential({ params }) {
  const acr = params.claims && JSON.parse(params.claims).id_token?.acr;
  if (!acr?.essential) return [];
  return acr.values ?? (acr.value ? [acr.value] : []);
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  const needed = essential(details);
  if (needed.length > 0 && !needed.includes(met)) {
    const result = { error: 'unmet_authentication_requirements', error_description: 'no way to this context' };
    await provider.interactionFinished(ctx.req, ctx.res, result);
    ctx.respond = false;
    return undefined;
  }
  if (ctx.method === 'POST') {
    const body = await new Response(ctx.req).text();
    const fields = new URLSearchParams(body);
    if (fields.get('username') === username && fields.get('password') === password) {
      const login = { accountId: username, acr: met, amr: ['pwd'], remember: true };
      await provider.interactionFinished(ctx.req, ctx.res, { login });
      ctx.respond = false;
      return undefined;
    }
  }
  ctx.type = 'html';
  ctx.body = '<!doctype html><title>Sign in</title><form method="post">'
    + '<input name="username"><input type="password" name="password"><button>Sign in</button></form>';
  return undefined;
});

provider.listen(Number(port), '127.0.0.1');
