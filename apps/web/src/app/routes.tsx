import { Route, Routes, useLocation } from 'react-router';
import { Area } from './area.js';
import { Catch } from './crash.js';
import { Shell } from './shell.js';

/** Each area is a folder beside this one; what it shows is in its own routes.tsx. Here what the frame throws is caught. */
export function Places() {
  const { pathname } = useLocation();
  return (
    <Catch place={pathname}>
      <Routes>
        <Route element={<Shell />}>
          <Route path="student/*" element={<Area name="student" />} />
          <Route path="teacher/*" element={<Area name="teacher" />} />
          <Route path="admin/*" element={<Area name="admin" />} />
          <Route path="finance/*" element={<Area name="finance" />} />
          <Route path="system/*" element={<Area name="system" />} />
          <Route path="account/*" element={<Area name="account" />} />
          <Route path="*" element={<Area name="public" />} />
        </Route>
      </Routes>
    </Catch>
  );
}
