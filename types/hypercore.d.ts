// hypercore 11.39.5 ships no types. We use those that we offer to our users.
/// <reference types="@manycore/hypercore-types/ambient" />
