import type { Role } from '@rollcall/contracts/shapes';

/** Where one wanted to go; only within this app, for anybody can write an address. */
export function nextIn(search: URLSearchParams): string | undefined {
  const next = search.get('next') ?? '';
  return /^\/(?![/\\])/.test(next) ? next : undefined;
}

/** The page each begins with. */
export function homeOf(roles: readonly Role[]): string {
  if (roles.includes('admin')) return '/admin';
  if (roles.includes('finance')) return '/finance';
  return roles.includes('teacher') ? '/teacher' : '/student';
}
