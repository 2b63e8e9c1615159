/** The success answers of operations, with their statuses as types. */

export const ok = <Body>(body: Body) => ({ status: 200, body }) as const;

/** `location` is the path of what was created. */
export const created = <Body>(body: Body, location: string) => ({ status: 201, body, location }) as const;

export const accepted = <Body>(body: Body) => ({ status: 202, body }) as const;

export const noContent = () => ({ status: 204, body: null }) as const;
