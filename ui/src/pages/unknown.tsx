import { Notice } from '../components/notice.tsx';
import { Link } from '../router.tsx';

export function UnknownPage() {
  return (
    <Notice title="There is no such page.">
      <p className="quiet">The address may be mistyped, or of another version.</p>
      <Link to={{ page: 'home' }}>To the home page</Link>
    </Notice>
  );
}
