#include "libs/event_log/kafka/client_statistics.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace prihvat::event_log::kafka {
namespace {

std::string Told(int requests, const char* state = "UP", int rtt_us = 1500) {
  return absl::StrCat(
      R"({"msg_cnt": 2, "msg_size": 300, "brokers": {
           "b:9092/bootstrap": {"nodeid": -1, "state": "UP", "tx": 7},
           "b:9092/1": {"nodeid": 1, "state": ")",
      state, R"(", "tx": )", requests,
      R"(, "rx": 9, "txbytes": 1000, "rxbytes": 100, "txerrs": 1, "rxerrs": 2, "txretries": 4,
          "req_timeouts": 5, "disconnects": 6, "waitresp_cnt": 3,
          "rtt": {"avg": )",
      rtt_us, R"(, "p99": 4000}, "throttle": {"avg": 250}}}})");
}

double Value(const ClientStatistics& statistics, const std::string& name,
             const std::string& broker = "") {
  double value = -1;
  for (const base::Statistic& statistic : statistics.Collect()) {
    const std::string of = statistic.labels.empty() ? "" : statistic.labels[0].second;
    if (statistic.name == name && of == broker) value = statistic.value;
  }
  return value;
}

TEST(ClientStatistics, OfSeveralClientsAreSummedAndTimesAreThoseOfTheSlowest) {
  ClientStatistics statistics;
  const int a = 0;
  const int b = 0;
  ASSERT_TRUE(statistics.Note(&a, Told(10)).ok());
  ASSERT_TRUE(statistics.Note(&b, Told(20, "DOWN", 2000)).ok());
  EXPECT_EQ(Value(statistics, "prihvat_kafka_requests_total", "1"), 30);
  EXPECT_EQ(Value(statistics, "prihvat_kafka_requests_total", "-1"), -1);  // bootstrap is no broker
  EXPECT_EQ(Value(statistics, "prihvat_kafka_errors_total", "1"), 6);
  EXPECT_EQ(Value(statistics, "prihvat_kafka_connections", "1"), 1);
  EXPECT_EQ(Value(statistics, "prihvat_kafka_queued_messages"), 4);
  EXPECT_DOUBLE_EQ(Value(statistics, "prihvat_kafka_round_trip_seconds", "1"), 0.002);
  EXPECT_DOUBLE_EQ(Value(statistics, "prihvat_kafka_throttle_seconds", "1"), 0.25);
}

TEST(ClientStatistics, CountersDoNotFallWhenAClientGoes) {
  ClientStatistics statistics;
  const int a = 0;
  ASSERT_TRUE(statistics.Note(&a, Told(10)).ok());
  ASSERT_TRUE(statistics.Note(&a, Told(12)).ok());  // replaces
  statistics.Forget(&a);
  EXPECT_EQ(Value(statistics, "prihvat_kafka_requests_total", "1"), 12);
  EXPECT_EQ(Value(statistics, "prihvat_kafka_connections", "1"), 0);
  EXPECT_EQ(Value(statistics, "prihvat_kafka_queued_messages"), 0);
  const int b = 0;
  ASSERT_TRUE(statistics.Note(&b, Told(1)).ok());
  EXPECT_EQ(Value(statistics, "prihvat_kafka_requests_total", "1"), 13);
}

TEST(ClientStatistics, WhatIsNoJsonChangesNothing) {
  ClientStatistics statistics;
  const int a = 0;
  ASSERT_TRUE(statistics.Note(&a, Told(10)).ok());
  EXPECT_FALSE(statistics.Note(&a, "{").ok());
  EXPECT_FALSE(statistics.Note(&a, "[]").ok());
  EXPECT_EQ(Value(statistics, "prihvat_kafka_requests_total", "1"), 10);
}

}  // namespace
}  // namespace prihvat::event_log::kafka
