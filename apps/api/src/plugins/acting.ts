import { acting, type Database, NotAMemberError } from '@keelson/db-core';
import type { Api } from '../api.ts';
import { concernsRows } from '../rows.ts';

export const ORGANISATION_HEADER = 'keelson-organisation';

/**
 * A request that names an organisation is for the organisation's rows. Whether its sender is a member is looked at for
 * each request, once it is known that their token is good for the route. To be called after the tokens' hooks.
 */
export function actForOrganisations(api: Api, database: Database): void {
  api.decorateRequest('actingFor', null);
  api.addHook('preParsing', async (request, _reply, payload) => {
    const { principal } = request;
    const organisationId = request.headers[ORGANISATION_HEADER];
    if (principal === null || organisationId === undefined || !concernsRows(request.routeOptions.config))
      return payload;
    if (typeof organisationId !== 'string') throw new NotAMemberError('A request is for one organisation at most.');
    request.actingFor = await acting(database, {
      userId: principal.userId,
      organisationId,
      requestId: request.id,
    });
    return payload;
  });
}
