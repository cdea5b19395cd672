"""The chart is installed on a real Kubernetes after each change of it: docs/operations/kubernetes-run.md."""

import re
import unittest

import record


class Record(unittest.TestCase):
    def test_the_last_run_was_with_these_files(self):
        self.assertEqual(record.recorded(), record.digest(),
                         "chart, images, bundle or tests/k8s changed: run `make test-k8s` (root, 20 minutes)")

    def test_it_went_well(self):
        self.assertEqual(record.missing(record.RECORD.read_text()), [])

    def test_a_record_that_lacks_something_is_told(self):
        text = record.RECORD.read_text()
        self.assertIn("a run of the profile single", record.missing(text.replace("values-single.yaml", "")))
        self.assertIn("single: 'rolled back'", record.missing(text.replace("rolled back", "")))
        self.assertIn("a run that did not end with 'all went well'",
                      record.missing(re.sub(r"^ *\d+ s  all went well\n", "", text, flags=re.MULTILINE)))


if __name__ == "__main__":
    unittest.main()
