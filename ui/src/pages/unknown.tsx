import { Notice } from '../components/notice.tsx';
import { Link } from '../router.tsx';

export function UnknownPage() {
  return (
    <Notice title="There is no such page.">
      <Link to={{ name: 'pipelines' }}>To the pipelines</Link>
    </Notice>
  );
}
