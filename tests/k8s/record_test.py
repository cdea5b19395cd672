"""The chart is installed on a real Kubernetes after each change of it: docs/operations/kubernetes-run.md."""

import unittest

import record


class Record(unittest.TestCase):
    def test_the_last_run_was_with_these_files(self):
        self.assertEqual(record.recorded(), record.digest(),
                         "charts/prihvat, deploy/images or tests/k8s changed: run `make test-k8s` (root, 20 minutes)")

    def test_it_went_well(self):
        self.assertIn("all went well", record.RECORD.read_text())


if __name__ == "__main__":
    unittest.main()
