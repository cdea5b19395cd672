#!/usr/bin/env python3
"""Makes random but lawful histories over all four services, as scenario files: generate.py SEED [SIZE] > history.yaml

Every actor is a small coroutine that does something, says how long it waits, and goes on; they meet in simulated time,
so that what one does is lawful in the state that the others have left. The same seed and size give the same file.
"""

import datetime
import heapq
import itertools
import random
import sys
import zoneinfo
from fractions import Fraction

import exact
import yaml

ZONE = zoneinfo.ZoneInfo("Europe/Sarajevo")
OP = "operations/ba"
MINUTE, HOUR, DAY = 60, 3600, 86400
AGENCIES = ["iom", "unhcr", "unicef", "unfpa"]
SERVICES = [("FOOD", "meal"), ("CLOTHING", "jacket"), ("LEGAL", "session"), ("EDUCATION", "lesson"),
            ("HEALTH", "visit"), ("NON_FOOD_ITEMS", "")]
RECIPIENTS = ["dcpb", "sfa", "border-police"]


def money(minor, currency):
    return f"{minor // 100}.{minor % 100:02} {currency}"


def text_of(quantity):
    """A fraction with few decimals as people write it."""
    digits = f"{quantity.numerator * 10 ** 4 // quantity.denominator:05}"
    return f"{digits[:-4]}.{digits[-4:]}".rstrip("0").rstrip(".")


class Timeline:
    """Runs coroutines in simulated time and writes down the steps that they take, in the order of taking effect."""

    def __init__(self, start, principals):
        self.now = start
        self.principals = principals
        self.steps = []
        self._queue = []
        self._order = itertools.count()
        self._count = itertools.count(1)

    def spawn(self, coroutine, after=0):
        self._push(coroutine, self.now + datetime.timedelta(seconds=after))

    def _push(self, coroutine, when):
        heapq.heappush(self._queue, (when, next(self._order), coroutine))

    def run(self, end):
        while self._queue and self._queue[0][0] < end:
            self.now, _, coroutine = heapq.heappop(self._queue)
            wait = next(coroutine, None)
            if isinstance(wait, datetime.datetime):
                self._push(coroutine, max(wait, self.now))
            elif wait is not None:
                self._push(coroutine, self.now + datetime.timedelta(seconds=wait))

    def do(self, principal, call, expect=None, **request):
        step = {"step": f"s{next(self._count):05}-{self.principals[principal][1]}", "as": principal,
                "at": self.now.astimezone(ZONE).isoformat(), "call": call, "with": request}
        if expect:
            step["expect"] = expect
        self.steps.append(step)


class Lot:
    """What the handover service lets be promised of a lot."""

    def __init__(self, name, donor, currency, quantity):
        self.name, self.donor, self.currency, self.free = name, donor, currency, quantity


class Asset:
    def __init__(self, name, donor, currency):
        self.name, self.donor, self.currency, self.state = name, donor, currency, "received"


class Money:
    """Procurement and handover."""

    def __init__(self, rng, timeline):
        self.rng, self.t = rng, timeline
        self.budget_lines = []  # (name, donors, currency)
        self.lots, self.assets = [], []
        self.orders = self.receipts = self.cases = self.serials = 0

    def set_up(self):
        rng, t = self.rng, self.t
        for p in range(rng.randint(2, 3)):
            donor = "organisations/eu" if p == 0 else rng.choice(["organisations/eu", "organisations/example-donor"])
            project = f"{OP}/projects/p{p}"
            t.do("finance", "procurement.CreateProject", parent=OP, project_id=f"p{p}",
                 project={"display_name": f"Project {p}", "display_name_bs": f"Projekat {p}", "donor": donor,
                          "funding_source": "A fund", "currency": "EUR"})
            for b in range(rng.randint(1, 3)):
                currency = rng.choice(["BAM", "BAM", "BAM", "EUR", "USD"])
                line = {"display_name": f"Line {b}", "amount": money(rng.randint(10**11, 2 * 10**11), currency)}
                payers = (donor,)
                if rng.random() < 0.5:
                    line["funding_shares"] = self.shares()
                    payers = tuple(sorted({share["donor"] for share in line["funding_shares"]}))
                t.do("finance", "procurement.CreateBudgetLine", parent=project, budget_line_id=f"b{b}",
                     budget_line=line)
                self.budget_lines.append((f"{project}/budgetLines/b{b}", payers, currency))
        t.do("buyer", "procurement.RegisterSupplier", parent=OP, supplier_id="s1",
             supplier={"display_name": "Primjer d.o.o.", "country_code": "BA"})
        for n, organisation in enumerate(["eu", "example-donor", "other-donor", *RECIPIENTS]):
            t.do("handover_officer", "handover.GrantMandate", parent=OP, mandate_id=f"m-{organisation}",
                 mandate={"organisation": f"organisations/{organisation}",
                          "organisation_display_name": {"en": organisation.upper(), "bs": organisation.upper()},
                          "person": f"organisations/{organisation}/people/signer",
                          "person_display_name": f"Primjer {'ABCDEF'[n]}",
                          "title": {"en": "Director", "bs": "Direktor"},
                          "valid_from": "2020-01-01", "valid_until": "2030-12-31", "reference": "Made up"})

    def shares(self):
        """Who pays for a budget line: two or three sources, two of which may be one donor's."""
        rng = self.rng
        donors = rng.sample(["organisations/eu", "organisations/example-donor", "organisations/other-donor",
                             "organisations/eu"], rng.randint(2, 3))
        whole, shares = 100 * 10**4, []
        for n, who in enumerate(donors):
            part = whole if n == len(donors) - 1 else rng.choice([whole // 2, whole // 3, rng.randint(1, whole - 10)])
            whole -= part
            shares.append({"donor": who, "funding_source": f"Fund {n}", "percent": text_of(Fraction(part, 10**4))})
        return shares

    def order_lines(self, currency):
        lines = []
        for n in range(self.rng.randint(1, 4)):
            kind = self.rng.choice(["GOODS_SERIAL", "GOODS_QUANTITY", "GOODS_QUANTITY", "SERVICE"])
            quantity = Fraction(self.rng.randint(1, 6))
            if kind == "GOODS_QUANTITY":
                quantity = Fraction(self.rng.randint(1, 400_000), self.rng.choice([1, 10, 1000]) * 1000)
                quantity = max(Fraction(round(quantity * 1000), 1000), Fraction(1, 10))
            price = self.rng.choice([self.rng.randint(1, 500), self.rng.randint(500, 5_000_000)])
            lines.append({"kind": kind, "quantity": quantity, "price": price, "kept": Fraction(0), "number": n + 1,
                          "currency": currency})
        return lines

    def order(self):
        """One order from its draft to some end."""
        rng, t = self.rng, self.t
        budget_line, donor, currency = rng.choice(self.budget_lines)
        self.orders += 1
        number = self.orders
        order = f"{OP}/purchaseOrders/o{number}"
        lines = self.order_lines(currency)
        request = {"budget_line": budget_line, "supplier": f"{OP}/suppliers/s1", "display_name": f"Order {number}",
                   "lines": [{"kind": "LINE_KIND_" + line["kind"], "description": f"Thing {line['number']}; 6\" =1+1",
                              "description_bs": "Stvar čćšžđ",
                              "unit": "m" if line["kind"] == "GOODS_QUANTITY" else "piece",
                              "quantity": text_of(line["quantity"]), "unit_price": money(line["price"], currency)}
                             for line in lines]}
        if rng.random() < 0.15:
            yield from self.ask_too_much(f"{OP}/requisitions/x{number}", request)
        if rng.random() < 0.5:
            requisition = f"{OP}/requisitions/r{number}"
            yield from self.requisition(requisition, request)
            if rng.random() < 0.25:
                if rng.random() < 0.5:
                    call = rng.choice(["procurement.RejectRequisition", "procurement.CancelRequisition"])
                    t.do("country_office", call, name=requisition, reason="Not needed")
                return
            request["requisition"] = requisition
        t.do("buyer", "procurement.CreatePurchaseOrder", parent=OP, purchase_order_id=f"o{number}",
             purchase_order=request)
        yield rng.randint(1, 48) * HOUR
        if rng.random() < 0.1:
            return  # stays a draft
        yield from self.approve(order, lines, currency)
        if rng.random() < 0.3:
            line = rng.choice(lines)
            fewer = line["quantity"] / 2 if line["kind"] == "GOODS_QUANTITY" else line["quantity"] - 1
            fewer = Fraction(int(fewer * 1000), 1000)
            if fewer > 0:
                line["quantity"] = fewer
                t.do("buyer", "procurement.AmendPurchaseOrder", name=order, reason="Less is needed",
                     changes=[{"line_number": str(line["number"]), "quantity": text_of(fewer)}])
        if rng.random() < 0.1:
            t.do("buyer", "procurement.CancelPurchaseOrder", name=order, reason="Not needed")
            return
        t.do("buyer", "procurement.IssuePurchaseOrder", name=order)
        yield rng.randint(1, 5) * DAY
        yield from self.deliveries(order, lines, donor, currency)

    def requisition(self, name, request, expect=None):
        t = self.t
        t.do("requester", "procurement.CreateRequisition", parent=OP, requisition_id=name.rsplit("/", 1)[1],
             requisition={"budget_line": request["budget_line"], "purpose": "Needed",
                          "lines": [{**{key: line[key] for key in ("kind", "description", "unit", "quantity")},
                                     "estimated_unit_price": line["unit_price"]} for line in request["lines"]]})
        yield self.rng.randint(1, 20) * HOUR
        t.do("requester", "procurement.SubmitRequisition", name=name)
        yield self.rng.randint(1, 20) * HOUR
        t.do("approver_1", "procurement.ApproveRequisition", expect=expect, name=name)
        yield self.rng.randint(1, 20) * HOUR

    def ask_too_much(self, name, request):
        """More than any budget line has: nothing is reserved."""
        first = request["lines"][0]
        line = {**first, "quantity": "1", "unit_price": money(10**12, first["unit_price"][-3:])}
        yield from self.requisition(name, {**request, "lines": [line]}, expect=["OVER_BUDGET"])

    def approve(self, order, lines, currency):
        total = sum(exact.half_up(line["price"] * line["quantity"]) for line in lines)
        euros = exact.in_euro(total, currency)
        approvers = ["approver_1", "approver_2"][:1 if euros is not None and euros <= 250_000_00 else 2]
        for approver in approvers:
            self.t.do(approver, "procurement.ApprovePurchaseOrder", name=order)
            yield self.rng.randint(1, 20) * HOUR

    def deliveries(self, order, lines, donor, currency):
        rng, t = self.rng, self.t
        for _ in range(rng.randint(0, 3)):
            delivered = [(line, self.some_of(line)) for line in lines if line["kept"] < line["quantity"]]
            delivered = [(line, accepted) for line, accepted in delivered if accepted > 0]
            if not delivered:
                break
            yield from self.receive(order, delivered, donor, currency)
        outstanding = any(line["kept"] < line["quantity"] for line in lines)
        received = any(line["kept"] > 0 for line in lines)
        end = rng.random()
        if received and end < 0.4:
            t.do("buyer", "procurement.ClosePurchaseOrder", name=order, reason="Done")
        elif received and outstanding and end < 0.6:
            t.do("buyer", "procurement.TerminatePurchaseOrder", name=order, reason="Too late")
        elif outstanding and end < 0.8:
            t.do("buyer", "procurement.SuspendPurchaseOrder", name=order, reason="Under discussion")

    def some_of(self, line):
        left = line["quantity"] - line["kept"]
        if self.rng.random() < 0.2:
            return Fraction(0)
        if self.rng.random() < 0.5:
            return left
        if line["kind"] == "GOODS_QUANTITY":
            return Fraction(int(left * self.rng.randint(1, 1000)), 1000)
        return Fraction(self.rng.randint(0, int(left)))

    def receive(self, order, delivered, donor, currency):
        rng, t = self.rng, self.t
        self.receipts += 1
        receipt = f"g{self.receipts}"
        asked, things = [], []
        for line, accepted in delivered:
            line["kept"] += accepted
            entry = {"line_number": str(line["number"]), "accepted": text_of(accepted)}
            if rng.random() < 0.2:
                entry.update(rejected="1", rejection_reason="Damaged")
            if line["kind"] == "GOODS_SERIAL":
                entry["serials"] = [self.piece() for _ in range(int(accepted))]
            asked.append(entry)
            things.append((line, accepted, entry.get("serials", [])))
        post = {"parent": OP, "goods_receipt_id": receipt,
                "goods_receipt": {"purchase_order": order, "delivery_note": f"D{self.receipts}", "lines": asked}}
        if rng.random() < 0.1:
            self.receive_too_much(post)
        t.do("storekeeper", "procurement.PostGoodsReceipt", **post)
        yield rng.randint(1, 10) * HOUR
        for line, accepted, pieces in things:
            gone = yield from self.give_back(receipt, line, accepted, pieces)
            name = f"{receipt}-{line['number']}"
            if line["kind"] == "GOODS_QUANTITY":
                self.lots.append(Lot(f"{OP}/assetLots/{name}", donor, currency, accepted - gone))
            for n in range(1, len(pieces) + 1):
                if n > gone:  # those that go back are the first
                    self.assets.append(Asset(f"{OP}/assets/{name}-{n}", donor, currency))
        yield rng.randint(1, 48) * HOUR

    def receive_too_much(self, post):
        """Refused: nothing is received, and what comes next is lawful still."""
        line = post["goods_receipt"]["lines"][0]
        if "serials" in line:
            return
        too_much = {**line, "accepted": text_of(Fraction(line["accepted"]) + 1_000_000)}
        self.t.do("storekeeper", "procurement.PostGoodsReceipt", expect=["OVER_RECEIPT"], parent=post["parent"],
                  goods_receipt_id=post["goods_receipt_id"],
                  goods_receipt={**post["goods_receipt"], "lines": [too_much]})

    def piece(self):
        self.serials += 1
        # 19 digits, and leading zeros: identifiers, not numbers.
        serial = f"{8939010102358478000 + self.serials}" if self.serials % 3 else f"{self.serials:05}"
        return {"serial": serial, "manufacturer": "Sample", "model": "M"}

    def give_back(self, receipt, line, accepted, pieces):
        """Returns how much of what was accepted went back to the supplier."""
        if line["kind"] == "SERVICE" or self.rng.random() > 0.25:
            return Fraction(0)
        gone = Fraction(self.rng.randint(1, len(pieces))) if pieces else Fraction(int(accepted * 500), 1000)
        if not pieces and self.rng.random() < 0.5:
            gone = accepted
        if gone == 0:
            return gone
        line["kept"] -= gone
        entry = {"line_number": str(line["number"]), "accepted": text_of(gone)}
        if pieces:
            entry["serials"] = pieces[:int(gone)]
        self.t.do("storekeeper", "procurement.ReturnGoods", name=f"{OP}/goodsReceipts/{receipt}", lines=[entry],
                  reason="Faulty")
        yield self.rng.randint(1, 5) * HOUR
        return gone

    # ---- Handover ---------------------------------------------------------------------------------------------------

    def own_use(self, centres):
        """The agency puts some of what it has into use at a centre."""
        while True:
            yield self.rng.randint(12, 72) * HOUR
            free = [asset for asset in self.assets if asset.state == "received"]
            if free:
                asset = self.rng.choice(free)
                asset.state = "in use"
                self.t.do("storekeeper", "handover.TakeAssetIntoCustody", name=asset.name, location="Store")
                yield 30 * MINUTE
                self.t.do("storekeeper", "handover.PutAssetIntoUse", name=asset.name, centre=self.rng.choice(centres))

    def choose_items(self):
        """Things of the same donors and one currency that certificates can be in, and who of the donors gives them."""
        rng = self.rng
        lots = [lot for lot in self.lots if lot.free > 0 and lot.currency != "USD"]
        assets = [asset for asset in self.assets
                  if asset.state in ("received", "in custody") and asset.currency != "USD"]
        if not lots and not assets:
            return [], None
        first = rng.choice(lots + assets)
        alike = [thing for thing in lots + assets if (thing.donor, thing.currency) == (first.donor, first.currency)]
        chosen = rng.sample(alike, rng.randint(1, min(6, len(alike))))
        items = []
        for thing in chosen:
            if isinstance(thing, Asset):
                thing.state = "promised"
                items.append((thing, Fraction(1)))
            else:
                part = thing.free
                if rng.random() < 0.6:
                    part = max(Fraction(int(thing.free * rng.randint(1, 999)), 1000), Fraction(1, 1000))
                thing.free -= part
                items.append((thing, part))
        return items, rng.choice(first.donor)

    def free(self, thing, quantity):
        if isinstance(thing, Asset):
            thing.state = "in custody"
        else:
            thing.free += quantity

    def count(self, items):
        """[(accepted, refused, missing)] of the items, and how it is told."""
        counted, told = [], []
        for thing, listed in items:
            parts = [listed, Fraction(0), Fraction(0)]
            if self.rng.random() < 0.2:
                where = self.rng.choice([1, 2])
                parts[where] = listed if isinstance(thing, Asset) else Fraction(int(listed * 300), 1000)
                parts[0] -= parts[where]
            counted.append(parts)
            if parts[0] != listed:
                key = "asset" if isinstance(thing, Asset) else "asset_lot"
                told.append({key: thing.name, "accepted": text_of(parts[0]), "refused": text_of(parts[1]),
                             "missing": text_of(parts[2]), "discrepancy": "Noted at the count"})
        return counted, told

    def handover(self, centres):
        rng, t = self.rng, self.t
        items, donor = self.choose_items()
        if not items:
            return
        self.cases += 1
        case = f"{OP}/handoverCases/c{self.cases}"
        recipient = rng.choice(RECIPIENTS)
        centre = rng.choice([*centres, ""])
        request = {"recipient": f"organisations/{recipient}", "giver": donor,
                   "giver_mandate": f"{OP}/mandates/m-{donor.split('/')[1]}",
                   "recipient_mandate": f"{OP}/mandates/m-{recipient}",
                   "items": [{"asset": thing.name} if isinstance(thing, Asset) else
                             {"asset_lot": thing.name, "quantity": text_of(part)} for thing, part in items]}
        if centre:
            request["centre"] = centre
        t.do("handover_officer", "handover.CreateHandoverCase", parent=OP, handover_case_id=f"c{self.cases}",
             handover_case=request)
        yield rng.randint(1, 30) * HOUR
        if rng.random() < 0.1:
            yield from self.void(case, items)
            return
        yield from self.deliver(case)
        counted, told = self.count(items)
        t.do("handover_officer", "handover.RecordCount", name=case, **({"counts": told} if told else {}))
        yield rng.randint(1, 10) * MINUTE
        if rng.random() < 0.15:
            t.do("handover_officer", "handover.DisputeCount", name=case, reason="We count again")
            yield rng.randint(1, 10) * HOUR
            counted, told = self.count(items)
            t.do("handover_officer", "handover.ResolveDispute", name=case, resolution="Counted again",
                 **({"counts": told} if told else {}))
            yield rng.randint(1, 10) * HOUR
        if not any(accepted for accepted, _, _ in counted):
            return
        yield from self.sign(case, items, counted, donor.split("/")[1], recipient, centre, centres)

    def void(self, case, items):
        self.t.do("handover_officer", "handover.VoidHandoverCase", name=case, reason="Plans have changed")
        yield 1
        for thing, part in items:
            self.free(thing, part)

    def deliver(self, case):
        rng, t = self.rng, self.t
        t.do("handover_officer", "handover.AuthoriseHandoverCase", name=case, authorised_by="The delegation",
             authorisation_reference="Letter")
        yield rng.randint(1, 30) * HOUR
        day = (t.now + datetime.timedelta(days=2)).astimezone(ZONE).date()
        t.do("handover_officer", "handover.ScheduleHandoverCase", name=case, place="Sarajevo",
             scheduled_date=day.isoformat())
        yield rng.randint(24, 72) * HOUR
        t.do("handover_officer", "handover.RecordDelivery", name=case, delivery_note="DN")
        yield rng.randint(1, 10) * MINUTE

    def sign(self, case, items, counted, donor, recipient, centre, centres):
        rng, t = self.rng, self.t
        sides = [(donor, "GIVER"), (recipient, "RECIPIENT")]
        rng.shuffle(sides)
        for n, (who, party) in enumerate(sides):
            t.do(f"signer_{who}", "handover.SignHandoverCase", name=case, party="HANDOVER_PARTY_" + party)
            if n == 0:  # the certificate settles what was refused
                for (thing, _), (_, refused, _) in zip(items, counted, strict=True):
                    if refused:
                        self.free(thing, refused)
            yield rng.randint(1, 10) * MINUTE
            if rng.random() < 0.05:
                accepted = [(thing, parts[0]) for (thing, _), parts in zip(items, counted, strict=True) if parts[0]]
                yield from self.void(case, accepted)
                return
        if rng.random() < 0.1:
            return  # signed, and does not take effect
        t.do("handover_officer", "handover.MakeHandoverEffective", name=case)
        for (thing, _), (accepted, _, _) in zip(items, counted, strict=True):
            if isinstance(thing, Asset) and accepted:
                thing.state = "handed over"
        if centre:
            return  # in use there from the passing of the title on
        yield rng.randint(12, 96) * HOUR
        for (thing, _), (accepted, _, _) in zip(items, counted, strict=True):
            if isinstance(thing, Asset) and accepted and rng.random() < 0.5:
                place = rng.choice(["", *centres])
                where = {"centre": place} if place else {}
                t.do("handover_officer", "handover.PutAssetIntoUse", name=thing.name, **where)


class Reception:
    CENTRES = ["usivak", "blazuj", "lipa"]

    def __init__(self, rng, timeline):
        self.rng, self.t = rng, timeline
        self.centres = [f"{OP}/centres/{centre}" for centre in self.CENTRES]
        self.beds = {}
        self.people = self.stays = self.deliveries = 0

    def set_up(self):
        t = self.t
        for name in self.centres:
            centre = name.rsplit("/", 1)[1]
            t.do("camp_manager", "reception.CreateCentre", parent=OP, centre_id=centre,
                 centre={"display_name": centre.capitalize(), "area": "Made up"})
            t.do("camp_manager", "reception.OpenCentre", name=name, note="First day")
            t.do("camp_manager", "reception.AddRoom", parent=name, room_id="R1",
                 room={"display_name": "Room 1", "kind": "ROOM_KIND_BEDROOM"})
            t.do("camp_manager", "reception.AddBeds", name=f"{name}/rooms/R1", prefix="B", first="1", count="20",
                 digits="3")
            self.beds[name] = [f"{name}/beds/B{n:03}" for n in range(1, 21)]

    def take_bed(self, centre):
        free = self.beds[centre]
        return free.pop(self.rng.randrange(len(free))) if free and self.rng.random() < 0.7 else ""

    def leave_bed(self, centre, bed):
        if bed:
            self.beds[centre].append(bed)

    def person(self):
        """One person's way through the centres."""
        rng, t = self.rng, self.t
        self.people += 1
        name = f"{OP}/persons/P{self.people:04}"
        t.do("registrar", "reception.RegisterPerson", parent=OP, person_id=f"P{self.people:04}",
             person={"birth_year_from": "1990", "birth_year_to": "1992", "sex": "SEX_MALE"})
        yield rng.choice([0, 30 * MINUTE])
        # A second stay beside the first is refused as a promise; as a fact that happened it is stored.
        seen_twice = rng.random() < 0.1
        if seen_twice:
            t.spawn(self.stay(name, is_fact=True), after=rng.randint(1, 100) * HOUR)
        yield from self.stay(name, is_fact=seen_twice)
        if rng.random() < 0.3:
            yield rng.randint(1, 200) * HOUR
            yield from self.stay(name, is_fact=seen_twice)

    def stay(self, person, is_fact):
        rng, t = self.rng, self.t
        self.stays += 1
        number = self.stays
        name = f"{OP}/stays/S{number:04}"
        centre = rng.choice(self.centres)
        bed = self.take_bed(centre)
        origin = "STAY_ORIGIN_BIRTH" if rng.random() < 0.05 else "STAY_ORIGIN_ARRIVAL"
        more = {**({"bed": bed} if bed else {}), **({"reported_fact": "true"} if is_fact else {})}
        t.do("registrar", "reception.CheckIn", parent=OP, stay_id=f"S{number:04}", person=person, centre=centre,
             origin=origin, **more)
        if rng.random() < 0.1:
            self.twice(person, number)
        while True:
            yield self.pause()
            turn = rng.random()
            if turn < 0.3:
                gone = yield from self.go_on_leave(name, centre, bed)
                if gone:
                    return
            elif turn < 0.6:
                arrived = yield from self.transfer(name, centre, bed)
                if arrived is None:
                    return
                centre, bed = arrived
            else:
                self.check_out(name)
                self.leave_bed(centre, bed)
                return

    def twice(self, person, number):
        """A promise is refused: one open stay a person."""
        self.t.do("registrar", "reception.CheckIn", expect=["OPEN_STAY"], parent=OP, stay_id=f"S{number:04}-again",
                  person=person, centre=self.rng.choice(self.centres))

    def pause(self):
        """Some days; now and then until a local midnight exactly, where days begin and end."""
        if self.rng.random() < 0.15:
            day = self.t.now.astimezone(ZONE).date() + datetime.timedelta(days=self.rng.randint(1, 4))
            return datetime.datetime.combine(day, datetime.time(), ZONE).astimezone(datetime.timezone.utc)
        return self.rng.randint(10, 10 * 24 * 60) * MINUTE

    def check_out(self, stay, reason=None):
        reason = reason or self.rng.choice(["DEPARTED", "DEPARTED", "ABSENT", "RETURNED", "REMOVED", "DECEASED"])
        self.t.do("registrar", "reception.CheckOut", name=stay, reason="EXIT_REASON_" + reason)

    def go_on_leave(self, stay, centre, bed):
        """True where the stay ended during it."""
        keep = self.rng.random() < 0.5
        self.t.do("registrar", "reception.StartLeave", name=stay, keep_bed="true" if keep else "false")
        yield self.pause()
        if self.rng.random() < 0.25:
            self.check_out(stay, self.rng.choice(["ABSENT", "DECEASED"]))
            self.leave_bed(centre, bed)
            return True
        # A bed that was given up: it is lawful to be without one from now on. It stays out of the pool.
        self.t.do("registrar", "reception.ReturnFromLeave", name=stay)
        return False

    def transfer(self, stay, centre, bed):
        """Where the person is, and the bed, afterwards; None where the stay ended on the way."""
        rng, t = self.rng, self.t
        to = rng.choice([other for other in self.centres if other != centre])
        t.do("registrar", "reception.RequestTransfer", name=stay, to_centre=to)
        yield rng.randint(1, 20) * HOUR
        if rng.random() < 0.15:
            t.do("registrar", "reception.WithdrawTransfer", name=stay)
            return centre, bed
        t.do("registrar", "reception.DepartTransfer", name=stay)
        self.leave_bed(centre, bed)
        yield rng.randint(20, 600) * MINUTE
        if rng.random() < 0.1:
            self.check_out(stay, rng.choice(["ABSENT", "DECEASED"]))
            return None
        if rng.random() < 0.1:
            to = centre
        bed = self.take_bed(to)
        t.do("registrar", "reception.ArriveTransfer", name=stay, centre=to, **({"bed": bed} if bed else {}))
        return to, bed

    def services(self):
        while True:
            yield self.rng.randint(1, 40) * HOUR
            self.deliveries += 1
            agency = self.rng.choice(AGENCIES)
            kind, unit = self.rng.choice(SERVICES)
            delivery = {"agency": f"organisations/{agency}", "kind": "SERVICE_KIND_" + kind,
                        "persons": str(self.rng.randint(1, 90))}
            if unit:
                delivery.update(unit=unit, quantity=text_of(Fraction(self.rng.randint(1, 9000), 10)))
            self.t.do(agency, "reception.RecordServiceDelivery", parent=self.rng.choice(self.centres),
                      service_delivery_id=f"d{self.deliveries}", service_delivery=delivery)


PRINCIPALS = {  # name: (organisation, person, roles)
    "country_office": ("iom", "amra", "operation_manager"),
    "requester": ("iom", "jasmin", "procurement_officer"),
    "buyer": ("iom", "davor", "procurement_officer"),
    "approver_1": ("iom", "lejla", "approver"),
    "approver_2": ("iom", "marko", "approver"),
    "finance": ("iom", "selma", "finance_officer"),
    "storekeeper": ("iom", "senad", "logistics_officer"),
    "handover_officer": ("iom", "ivana", "handover_officer"),
    "camp_manager": ("iom", "emir", "camp_manager"),
    "registrar": ("iom", "nina", "reception_officer"),
    **{agency: (agency, "field", "service_provider") for agency in AGENCIES},
    **{f"signer_{who}": (who, "signer", "recipient") for who in ["eu", "example-donor", "other-donor", *RECIPIENTS]},
}


def merge(rng, first, second):
    """Both in their own order, the order between them at random: services do not wait for each other."""
    first, second, merged = list(first), list(second), []
    while first or second:
        take = first if rng.random() * (len(first) + len(second)) < len(first) else second
        merged.append(take.pop(0))
    return merged


def generate(seed, size=1.0):
    """The scenario of that seed, as what its file holds. `size` scales how many people and orders there are."""
    rng = random.Random(seed)
    # Either of the days on which clocks change lies within.
    start = datetime.datetime(2023, 10, 5, 6, tzinfo=datetime.timezone.utc)
    if rng.random() < 0.5:
        start = datetime.datetime(2024, 3, 10, 6, tzinfo=datetime.timezone.utc)
    end = start + datetime.timedelta(days=45)

    first = Timeline(start, PRINCIPALS)
    first.do("country_office", "procurement.CreateOperation", name=OP, display_name="Bosnia and Herzegovina",
             time_zone="Europe/Sarajevo")
    money_line = Timeline(start + datetime.timedelta(hours=1), PRINCIPALS)
    money_side = Money(rng, money_line)
    reception_line = Timeline(start + datetime.timedelta(hours=1), PRINCIPALS)
    reception_side = Reception(rng, reception_line)

    reception_side.set_up()
    for _ in range(int(45 * size)):
        reception_line.spawn(reception_side.person(), after=rng.randint(1, 40 * 24 * 60) * MINUTE)
    reception_line.spawn(reception_side.services())
    reception_line.run(end)

    money_side.set_up()
    for _ in range(int(14 * size)):
        money_line.spawn(money_side.order(), after=rng.randint(1, 20 * 24) * HOUR)
    for _ in range(int(12 * size)):
        money_line.spawn(money_side.handover(reception_side.centres), after=rng.randint(10 * 24, 38 * 24) * HOUR)
    money_line.spawn(money_side.own_use(reception_side.centres))
    money_line.run(end)

    principals = {name: f"organisations/{organisation}/people/{person};roles={role},importer;operations={OP}"
                  for name, (organisation, person, role) in PRINCIPALS.items()}
    steps = first.steps + merge(rng, money_line.steps, reception_line.steps)
    for n, step in enumerate(steps, 1):
        step["step"] = f"s{n:05}"
    return {"scenario": f"random-{seed}", "import": f"random-{seed}", "principals": principals, "steps": steps}


def write(history):
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(history, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    sys.stdout.write(write(generate(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)))
