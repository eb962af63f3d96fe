"""The entry point of the CDK command line: see `app` in cdk.json."""

import sys

from infra.app import main

sys.exit(main())
