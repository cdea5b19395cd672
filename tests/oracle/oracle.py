"""What the reports of a scenario must say, reckoned from its commands alone.

An independent second opinion: it shares no code, no protos and no events with the services, keeps plain dictionaries,
and reckons in whole minor units and local days (zoneinfo). It believes that every step that the file does not expect to
be refused was accepted. Oracle(steps) plays them all; with `as_of` only what took effect by then.
"""

import collections
import datetime
import itertools
import zoneinfo
from fractions import Fraction

import exact

END = datetime.datetime.max.replace(tzinfo=datetime.timezone.utc)
HOLDS_COMMITMENT = {"approved"}  # from approval until the order ends


def local_day(moment, zone):
    return moment.astimezone(zone).date()


class Line:
    """A line of an order."""

    def __init__(self, number, request):
        self.number = number
        self.kind = request["kind"].removeprefix("LINE_KIND_")
        self.description = request["description"]
        self.unit = request["unit"]
        self.quantity = Fraction(request["quantity"])
        self.price, self.currency = exact.parse_money(request["unit_price"])
        self.kept = Fraction(0)

    def total(self):
        return exact.half_up(self.price * self.quantity)

    def spent(self):
        return exact.half_up(self.price * self.kept)


class Order:
    def __init__(self, name, number, request):
        self.name = name
        self.number = number
        self.budget_line = request["budget_line"]
        self.requisition = request.get("requisition", "")
        self.lines = {n: Line(n, line) for n, line in enumerate(request["lines"], 1)}
        self.currency = self.lines[1].currency
        self.state = "draft"
        self.approvals = 0

    def total(self):
        return sum(line.total() for line in self.lines.values())

    def spent(self):
        return sum(line.spent() for line in self.lines.values())

    def committed(self):
        if self.state not in HOLDS_COMMITMENT:
            return 0
        return sum(max(line.total() - line.spent(), 0) for line in self.lines.values())

    def approvals_needed(self):
        euros = exact.in_euro(self.total(), self.currency)
        return 1 if euros is not None and euros <= 250_000_00 else 2


class Received:
    """A line of a receipt: what is kept of it, as pieces with serials or as a quantity."""

    def __init__(self, receipt, receipt_number, order, line, accepted, pieces, value):
        self.receipt = receipt
        self.receipt_number = receipt_number
        self.order = order
        self.line = line
        self.kept = accepted
        self.value = value  # minor units, of what is kept
        self.pieces = pieces  # [Piece], kept ones
        self.uncertified = accepted  # of a lot: what stands on no certificate
        self.uncertified_value = value

    def item_id(self):
        return f"{self.receipt.rsplit('/', 1)[1]}-{self.line.number}"


class Piece:
    def __init__(self, name, request):
        self.name = name
        self.serial = request.get("serial", "")
        self.vin = request.get("vin", "").upper()
        self.uses = []  # [(from, centre or "")]
        self.value = 0
        self.received = None
        self.handed_over = False


class Case:
    def __init__(self, name, request):
        self.name = name
        self.recipient = request["recipient"]
        self.centre = request.get("centre", "")
        self.items = []  # (asset name or "", lot name or "", quantity)
        for item in request["items"]:
            asset, lot = item.get("asset", ""), item.get("asset_lot", "")
            self.items.append((asset, lot, Fraction(item.get("quantity", "1"))))
        self.accepted = [quantity for _, _, quantity in self.items]
        self.certificate = None  # number
        self.values = None  # [(minor, euro minor)] by item, once certified
        self.effective = None


class Oracle:
    def __init__(self, steps, as_of=None):
        self.zone = None
        self.projects = {}  # name -> donor
        self.budget_lines = {}  # name -> dict
        self.requisitions = {}  # name -> {"budget_line", "total", "reserved"}
        self.orders = {}
        self.received = {}  # (receipt, line number) -> Received
        self.pieces = {}  # asset name -> Piece
        self.cases = {}
        self.stays = {}  # name -> {"person", "moves": [(time, centre, kind, reason)]}
        self.centres = {}  # name -> display name
        self.services = []
        self.numbers = collections.Counter()
        for step in steps:
            if step.refused:
                continue
            number = self._number_of(step)
            if as_of is None or step.at is None or step.at <= as_of:
                method = getattr(self, "_" + step.call.split(".")[1], None)
                if method is None:
                    raise NotImplementedError(step.call)
                self._number = number
                method(step.request, step.at)

    def _number_of(self, step):
        """Document numbers are handed out in the order of recording, whenever what they number took effect. The year is
        that of recording, which the scenario does not say."""
        kind = {"procurement.CreatePurchaseOrder": "PO", "procurement.PostGoodsReceipt": "GRN"}.get(step.call)
        if step.call == "handover.SignHandoverCase":
            if step.request["name"] in self.numbers:
                return None
            self.numbers[step.request["name"]] = 1
            kind = "DC"
        if kind is None:
            return None
        self.numbers[kind] += 1
        return f"{kind}-YEAR-{self.numbers[kind]:04}"

    # ---- Procurement ------------------------------------------------------------------------------------------------

    def _CreateOperation(self, request, at):
        self.zone = zoneinfo.ZoneInfo(request["time_zone"])

    def _CreateProject(self, request, at):
        self.projects[f"{request['parent']}/projects/{request['project_id']}"] = request["project"]["donor"]

    def _CreateBudgetLine(self, request, at):
        amount, currency = exact.parse_money(request["budget_line"]["amount"])
        shares = request["budget_line"].get("funding_shares")
        sources = [(share["donor"], Fraction(share["percent"])) for share in shares or []]
        self.budget_lines[f"{request['parent']}/budgetLines/{request['budget_line_id']}"] = {
            "project": request["parent"], "budget": amount, "currency": currency,
            "display_name": request["budget_line"]["display_name"], "named": bool(shares),
            "sources": sources or [(self.projects[request["parent"]], Fraction(100))]}

    def _RegisterSupplier(self, request, at):
        pass

    def _CreateRequisition(self, request, at):
        asked = request["requisition"]
        total = 0
        for line in asked["lines"]:
            price, _ = exact.parse_money(line["estimated_unit_price"])
            total += exact.half_up(price * Fraction(line["quantity"]))
        self.requisitions[f"{request['parent']}/requisitions/{request['requisition_id']}"] = {
            "budget_line": asked["budget_line"], "total": total, "reserved": 0}

    def _SubmitRequisition(self, request, at):
        pass

    def _ApproveRequisition(self, request, at):
        requisition = self.requisitions[request["name"]]
        requisition["reserved"] = requisition["total"]

    def _RejectRequisition(self, request, at):
        self.requisitions[request["name"]]["reserved"] = 0

    _CancelRequisition = _RejectRequisition

    def _CreatePurchaseOrder(self, request, at):
        name = f"{request['parent']}/purchaseOrders/{request['purchase_order_id']}"
        self.orders[name] = Order(name, self._number, request["purchase_order"])

    def _ApprovePurchaseOrder(self, request, at):
        order = self.orders[request["name"]]
        order.approvals += 1
        if order.approvals < order.approvals_needed():
            return
        order.state = "approved"
        if order.requisition:
            self.requisitions[order.requisition]["reserved"] = 0

    def _IssuePurchaseOrder(self, request, at):
        pass

    _AcknowledgePurchaseOrder = _SuspendPurchaseOrder = _ResumePurchaseOrder = _IssuePurchaseOrder

    def _AmendPurchaseOrder(self, request, at):
        order = self.orders[request["name"]]
        for change in request["changes"]:
            order.lines[int(change["line_number"])].quantity = Fraction(change["quantity"])

    def _ClosePurchaseOrder(self, request, at):
        self.orders[request["name"]].state = "ended"

    _CancelPurchaseOrder = _TerminatePurchaseOrder = _ClosePurchaseOrder

    def _PostGoodsReceipt(self, request, at):
        name = f"{request['parent']}/goodsReceipts/{request['goods_receipt_id']}"
        receipt = request["goods_receipt"]
        order = self.orders[receipt["purchase_order"]]
        for asked in receipt["lines"]:
            accepted = Fraction(asked.get("accepted", "0"))
            if accepted == 0:
                continue
            line = order.lines[int(asked["line_number"])]
            before = line.spent()
            line.kept += accepted
            received = Received(name, self._number, order, line, accepted, [], line.spent() - before)
            self.received[name, line.number] = received
            pieces = asked.get("serials", [])
            values = exact.allocate(received.value, [1] * len(pieces)) if pieces else []
            for n, (piece, value) in enumerate(zip(pieces, values, strict=True), 1):
                asset = Piece(f"{request['parent']}/assets/{received.item_id()}-{n}", piece)
                asset.value, asset.received = value, received
                received.pieces.append(asset)
                self.pieces[asset.name] = asset

    def _ReturnGoods(self, request, at):
        for asked in request["lines"]:
            accepted = Fraction(asked.get("accepted", "0"))
            received = self.received.get((request["name"], int(asked["line_number"])))
            if received is None or accepted == 0:
                continue
            before = received.line.spent()
            received.line.kept -= accepted
            value = before - received.line.spent()
            received.kept -= accepted
            received.value -= value
            if received.uncertified == accepted:  # all of it: with every cent that is left there
                value = received.uncertified_value
            received.uncertified -= accepted
            received.uncertified_value -= min(value, received.uncertified_value)
            gone = {(piece.get("serial", ""), piece.get("vin", "").upper()) for piece in asked.get("serials", [])}
            received.pieces = [piece for piece in received.pieces if (piece.serial, piece.vin) not in gone]

    # ---- Handover ---------------------------------------------------------------------------------------------------

    def _nothing(self, request, at):
        pass

    _TakeAssetIntoCustody = _GrantMandate = _AuthoriseHandoverCase = _ScheduleHandoverCase = _nothing
    _RecordDelivery = _DisputeCount = _FileProof = _CloseHandoverCase = _NameSignatories = _MoveAsset = _nothing
    _EstablishResponsibility = _CreateResponsibilityTransfer = _AssessReadiness = _nothing
    _AgreeResponsibilityTransfer = _StartParallelRun = _MakeResponsibilityTransferEffective = _nothing
    _ReviewResponsibilityTransfer = _CloseResponsibilityTransfer = _nothing

    def _PutAssetIntoUse(self, request, at):
        self.pieces[request["name"]].uses.append((at, request.get("centre", "")))

    def _CreateHandoverCase(self, request, at):
        name = f"{request['parent']}/handoverCases/{request['handover_case_id']}"
        self.cases[name] = Case(name, request["handover_case"])

    def _RecordCount(self, request, at):
        case = self.cases[request["name"]]
        counts = {count.get("asset", "") + count.get("asset_lot", ""): Fraction(count.get("accepted", "0"))
                  for count in request.get("counts", [])}
        case.accepted = [counts.get(asset + lot, quantity) for asset, lot, quantity in case.items]

    _ResolveDispute = _RecordCount

    def _lot(self, name):
        receipt, line = name.rsplit("/", 1)[1].rsplit("-", 1)
        operation = name.split("/assetLots/")[0]
        return self.received[f"{operation}/goodsReceipts/{receipt}", int(line)]

    def _SignHandoverCase(self, request, at):
        case = self.cases[request["name"]]
        if case.certificate is None:
            case.certificate = self._number
            self._certify(case)

    def _certify(self, case):
        """What the certificate's items are worth: its lines are the assets of one line of a receipt, or a part of a
        lot; its total is converted once."""
        lines = collections.OrderedDict()
        values = [0] * len(case.items)
        for i, (asset, lot, _) in enumerate(case.items):
            accepted = case.accepted[i]
            if accepted == 0:
                continue
            if asset:
                piece = self.pieces[asset]
                values[i] = piece.value
                lines.setdefault((piece.received.receipt, piece.received.line.number), []).append(i)
            else:
                part = self._lot(lot)
                left = part.uncertified - accepted
                values[i] = exact.allocate(part.uncertified_value, [accepted, left])[0]
                part.uncertified = left
                part.uncertified_value -= values[i]
                lines[lot] = [i]
        euros = [0] * len(case.items)
        in_euro = self._currency(case) == "EUR"
        sums = [sum(values[i] for i in items) for items in lines.values()]
        for euro, items in zip(sums if in_euro else exact.convert_lines(sums), lines.values(), strict=True):
            weights = [values[i] for i in items]
            if sum(weights) == 0:
                weights = [1] * len(items)
            for i, share in zip(items, exact.allocate(euro, weights), strict=True):
                euros[i] = share
        case.values = list(zip(values, euros, strict=True))

    def _of_item(self, asset, lot):
        return self.pieces[asset].received if asset else self._lot(lot)

    def _currency(self, case):
        return self._of_item(*case.items[0][:2]).order.currency

    def _MakeHandoverEffective(self, request, at):
        case = self.cases[request["name"]]
        case.effective = at
        for (asset, _, _), accepted in zip(case.items, case.accepted, strict=True):
            if asset and accepted:
                self.pieces[asset].handed_over = True
                self.pieces[asset].uses.append((at, case.centre))

    def _VoidHandoverCase(self, request, at):
        case = self.cases[request["name"]]
        if case.values is not None:
            for (_, lot, _), accepted, (value, _) in zip(case.items, case.accepted, case.values, strict=True):
                if lot:
                    self._lot(lot).uncertified += accepted
                    self._lot(lot).uncertified_value += value

    # ---- Reception --------------------------------------------------------------------------------------------------

    _OpenCentre = _SetCentreCapacity = _AddRoom = _AddBeds = _RegisterPerson = _AssignBed = _nothing

    def _CreateCentre(self, request, at):
        self.centres[f"{request['parent']}/centres/{request['centre_id']}"] = request["centre"]["display_name"]

    def _CheckIn(self, request, at):
        birth = request.get("origin") == "STAY_ORIGIN_BIRTH"
        self.stays[f"{request['parent']}/stays/{request['stay_id']}"] = {
            "person": request["person"], "centre": request["centre"], "state": "there", "to": "",
            "moves": [(at, request["centre"], "births" if birth else "arrivals", "")]}

    def _move(self, request, at, kind, state, reason=""):
        stay = self.stays[request["name"]]
        stay["moves"].append((at, stay["centre"], kind, reason))
        stay["state"] = state

    def _StartLeave(self, request, at):
        self._move(request, at, "leave_departures", "on leave")

    def _ReturnFromLeave(self, request, at):
        self._move(request, at, "leave_returns", "there")

    def _RequestTransfer(self, request, at):
        self.stays[request["name"]]["to"] = request["to_centre"]

    def _WithdrawTransfer(self, request, at):
        self.stays[request["name"]]["to"] = ""

    def _DepartTransfer(self, request, at):
        self._move(request, at, "transfers_out", "under way")

    def _ArriveTransfer(self, request, at):
        stay = self.stays[request["name"]]
        stay["centre"] = request.get("centre") or stay["to"]
        self._move(request, at, "transfers_in", "there")

    def _CheckOut(self, request, at):
        there = self.stays[request["name"]]["state"] == "there"
        kind = "deaths" if request["reason"] == "EXIT_REASON_DECEASED" else "exits"
        self._move(request, at, kind if there else "elsewhere", "gone", request["reason"])

    def _RecordServiceDelivery(self, request, at):
        self.services.append((at, request["parent"], request["service_delivery"]))

    # ---- The reports ------------------------------------------------------------------------------------------------

    ENTRIES = {"arrivals", "births", "transfers_in", "leave_returns"}

    def presences(self, centre):
        """[(person, from, until)] at the centre, half open."""
        spans = []
        for stay in self.stays.values():
            since = None
            for at, where, kind, _ in stay["moves"]:
                if where != centre or kind == "elsewhere":
                    continue
                if kind in self.ENTRIES:
                    since = at
                else:
                    spans.append((stay["person"], since, at))
                    since = None
            if since is not None:
                spans.append((stay["person"], since, END))
        return spans

    def served(self, uses):
        """Distinct persons present at some instant of a use [(from, centre), ...], each until the next."""
        people = set()
        for i, (begin, centre) in enumerate(uses):
            end = uses[i + 1][0] if i + 1 < len(uses) else END
            if centre:
                people |= {person for person, since, until in self.presences(centre)
                           if max(since, begin) < min(until, end)}
        return people

    def _row(self, received, stage, quantity, value):
        order, line = received.order, received.line
        project = self.budget_lines[order.budget_line]["project"]
        donors = {donor for donor, _ in self.budget_lines[order.budget_line]["sources"]}
        return {
            "donor": donors.pop() if len(donors) == 1 else "", "project": project, "budget_line": order.budget_line,
            "purchase_order": order.name, "order_number": order.number, "line_number": line.number,
            "description": line.description, "goods_receipt": received.receipt,
            "receipt_number": received.receipt_number, "stage": "LINE_STAGE_" + stage, "item": "", "serial": "",
            "vin": "", "quantity": quantity, "unit": line.unit, "value": (value, order.currency), "value_eur": None,
            "certificate": "", "certificate_number": "", "handover_time": None, "handover_date": None,
            "recipient": "", "centre": "", "people": None, "document": received.receipt}

    def _use(self, row, uses):
        places = [centre for _, centre in uses if centre]
        if places:
            row["centre"] = places[-1]
            row["people"] = self.served(uses)
            row["centres"] = set(places)
        return row

    def _handed_over(self):
        for case in self.cases.values():
            if case.effective is None:
                continue
            for (asset, lot, _), accepted, (value, euro) in zip(case.items, case.accepted, case.values, strict=True):
                if accepted == 0:
                    continue
                row = self._row(self._of_item(asset, lot), "HANDED_OVER", accepted, value)
                operation = case.name.split("/handoverCases/")[0]
                row.update(item=asset or lot, value_eur=euro,
                           certificate=f"{operation}/certificates/{case.certificate}",
                           certificate_number=case.certificate, handover_time=case.effective,
                           handover_date=local_day(case.effective, self.zone), recipient=case.recipient)
                row["document"] = row["certificate"]
                if asset:
                    piece = self.pieces[asset]
                    row.update(serial=piece.serial, vin=piece.vin)
                    self._use(row, piece.uses)
                else:
                    self._use(row, [(case.effective, case.centre)])
                yield row

    def _not_handed_over(self):
        gone = collections.Counter()
        gone_value = collections.Counter()
        for case in self.cases.values():
            if case.effective is None:
                continue
            for (_, lot, _), accepted, (value, _) in zip(case.items, case.accepted, case.values, strict=True):
                if lot:
                    gone[lot] += accepted
                    gone_value[lot] += value
        for received in self.received.values():
            operation = received.receipt.split("/goodsReceipts/")[0]
            if received.line.kind == "SERVICE":
                if received.kept:
                    yield self._row(received, "SERVICE_DELIVERED", received.kept, received.value)
            elif received.line.kind == "GOODS_SERIAL":
                for piece in received.pieces:
                    if not piece.handed_over:
                        row = self._row(received, "IN_USE" if piece.uses else "RECEIVED", Fraction(1), piece.value)
                        row.update(item=piece.name, serial=piece.serial, vin=piece.vin)
                        yield self._use(row, piece.uses)
            else:
                lot = f"{operation}/assetLots/{received.item_id()}"
                quantity, value = received.kept - gone[lot], received.value - gone_value[lot]
                if quantity or value:
                    row = self._row(received, "RECEIVED", quantity, value)
                    row["item"] = lot
                    yield row

    def _settle_cents(self):
        """Where all of one receipt went back, what rounding left there belongs to the last receipt of the same line of
        the order of which something is kept; where nothing is kept, to the last."""
        lines = collections.defaultdict(list)
        for key in sorted(self.received):
            received = self.received[key]
            lines[received.order.name, received.line.number].append(received)
        for receipts in lines.values():
            target = ([one for one in receipts if one.kept] or receipts)[-1]
            for one in receipts:
                if one is not target and not one.kept:
                    target.value, one.value = target.value + one.value, 0

    def rows(self):
        """All rows, those of no certificate with their shares of their receipt's value in EUR."""
        self._settle_cents()
        rows = list(self._handed_over())
        documents = collections.defaultdict(list)
        for row in self._not_handed_over():
            rows.append(row)
            documents[row["document"]].append(row)
        for of_document in documents.values():
            of_document.sort(key=lambda row: (row["line_number"], row["serial"], row["vin"], row["item"]))
            minors = [row["value"][0] for row in of_document]
            currency = of_document[0]["value"][1]
            if currency == "BAM":
                minors = exact.convert_lines(minors)
            for row, euro in zip(of_document, minors, strict=True):
                row["value_eur"] = euro if currency in ("BAM", "EUR") else None
        return rows

    @staticmethod
    def euro_total(values):
        """Of (document, (minor, currency), euro minor or None)."""
        sums = collections.Counter()
        of_documents, without = 0, set()
        for document, (minor, currency), euro in values:
            if euro is None:
                without.add(document)
                continue
            sums[currency] += minor
            of_documents += euro
        total = sum(exact.in_euro(minor, currency) for currency, minor in sums.items())
        return {"total": total, "sum_of_documents": of_documents, "rounding_difference": total - of_documents,
                "unconverted_documents": len(without)}

    def parts(self, budget_line, minor):
        """[(donor, minor)]: what each source of the budget line pays of an amount."""
        sources = self.budget_lines[budget_line]["sources"]
        shares = exact.largest_remainder(abs(minor), [Fraction(abs(minor)) * percent / 100 for _, percent in sources])
        return [(donor, share if minor >= 0 else -share) for (donor, _), share in zip(sources, shares, strict=True)]

    def part_of(self, donor, budget_line, minor):
        if not donor or minor is None:
            return minor
        return sum(part for who, part in self.parts(budget_line, minor) if who == donor)

    def donor_parts(self, rows, only):
        """{(donor, currency): (row by row, each budget line's rows together shared out once, in EUR row by row)}"""
        if not any(self.budget_lines[row["budget_line"]]["named"] for row in rows):
            return {}
        by_row, once, euros, lines = (collections.Counter() for _ in range(4))
        for row in rows:
            minor, currency = row["value"]
            lines[row["budget_line"], currency] += minor
            for donor, part in self.parts(row["budget_line"], minor):
                by_row[donor, currency] += part
            if row["value_eur"] is not None:
                for donor, part in self.parts(row["budget_line"], row["value_eur"]):
                    euros[donor, currency] += part
        for (line, currency), minor in lines.items():
            for donor, part in self.parts(line, minor):
                once[donor, currency] += part
        return {key: (by_row[key], once[key], euros[key] if key in euros else None)
                for key in sorted(by_row) if not only or key[0] == only}

    def line_of_sight(self, **wanted):
        """`wanted`: project, donor, item, serial, certificate, recipient, centre."""
        rows = []
        for row in self.rows():
            matches = all(
                value in row.get("centres", ()) if field == "centre" else
                value in (row["serial"], row["vin"]) if field == "serial" else
                value in {who for who, _ in self.budget_lines[row["budget_line"]]["sources"]} if field == "donor" else
                row[field] == value
                for field, value in wanted.items())
            if matches:
                rows.append(row)
        donor = wanted.get("donor", "")
        donor_parts = self.donor_parts(rows, donor)
        for row in rows:
            line, (minor, currency), euro = row["budget_line"], row["value"], row["value_eur"]
            row["funding"] = []
            if self.budget_lines[line]["named"]:
                euros = self.parts(line, euro) if euro is not None else itertools.repeat((None, None))
                row["funding"] = [(who, part, part_eur) for (who, part), (_, part_eur)
                                  in zip(self.parts(line, minor), euros, strict=False) if not donor or who == donor]
            row["donor"] = donor or row["donor"]
            row["value"] = self.part_of(donor, line, minor), currency
            row["value_eur"] = self.part_of(donor, line, euro)
        sums = collections.Counter()
        people = set()
        for row in rows:
            sums[row["value"][1]] += row["value"][0]
            people |= row["people"] or set()
        return {
            "rows": rows, "donor_parts": donor_parts,
            "values": {currency: (minor, exact.in_euro(minor, currency)) for currency, minor in sums.items()},
            "eur": self.euro_total([(row["document"], row["value"], row["value_eur"]) for row in rows]),
            "people_served": len(people)}

    FIGURES = ("budget", "reserved", "committed", "spent", "handed_over")

    def donor_summary(self, project="", donor=""):
        """Each figure of a budget line is shared out once, what was handed over item by item."""
        lines = {}
        for name, line in self.budget_lines.items():
            if project and line["project"] != project or donor and donor not in {who for who, _ in line["sources"]}:
                continue
            lines[name] = {"currency": line["currency"], "budget": line["budget"], "reserved": 0, "committed": 0,
                           "spent": 0}
        for requisition in self.requisitions.values():
            if requisition["budget_line"] in lines:
                lines[requisition["budget_line"]]["reserved"] += requisition["reserved"]
        for order in self.orders.values():
            if order.budget_line in lines:
                lines[order.budget_line]["committed"] += order.committed()
                lines[order.budget_line]["spent"] += order.spent()
        positions = {}  # by budget line: of each source, in its order
        for name, line in lines.items():
            positions[name] = [{"donor": who, "handed_over": 0} for who, _ in self.budget_lines[name]["sources"]]
            for figure in ("budget", "reserved", "committed", "spent"):
                for position, (_, part) in zip(positions[name], self.parts(name, line[figure]), strict=True):
                    position[figure] = part
        certificates = {}
        for row in self._handed_over():
            name = row["budget_line"]
            if name not in lines:
                continue
            for position, (_, part) in zip(positions[name], self.parts(name, row["value"][0]), strict=True):
                position["handed_over"] += part
            certificate = certificates.setdefault(row["certificate_number"], {
                "recipient": row["recipient"], "date": row["handover_date"], "items": 0, "value": 0,
                "currency": row["value"][1], "value_eur": 0})
            certificate["items"] += 1
            certificate["value"] += self.part_of(donor, name, row["value"][0])
            certificate["value_eur"] += self.part_of(donor, name, row["value_eur"])
        told, totals, donors = {}, {}, {}
        for name, of_sources in positions.items():
            currency = lines[name]["currency"]
            mine = [position for position in of_sources if not donor or position["donor"] == donor]
            told[name] = {"currency": currency, **self.with_available(mine)}
            told[name]["funding"] = [(position["donor"], self.with_available([position]))
                                     for position in mine if self.budget_lines[name]["named"]]
            totals.setdefault(currency, []).extend(mine)
            for position in of_sources:
                donors.setdefault((position["donor"], currency), []).append(position)
        several = not donor and len({who for who, _ in donors}) > 1
        return {"projects": sorted(name for name in self.projects if self._is_of(name, project, donor)), "lines": told,
                "totals": {currency: self.with_available(all_of) for currency, all_of in totals.items()},
                "donors": {key: self.with_available(all_of) for key, all_of in donors.items() if several},
                "certificates": certificates,
                "eur": self.euro_total([(number, (one["value"], one["currency"]), one["value_eur"])
                                        for number, one in certificates.items()])}

    def with_available(self, positions):
        """Their sum, and what of it is free."""
        total = {figure: sum(position[figure] for position in positions) for figure in self.FIGURES}
        total["available"] = total["budget"] - total["reserved"] - total["committed"] - total["spent"]
        return total

    def _is_of(self, name, project, donor):
        paying = {who for line in self.budget_lines.values() if line["project"] == name for who, _ in line["sources"]}
        return (not project or name == project) and (not donor or donor in paying or self.projects[name] == donor)

    def centre_summary(self, centre, first, last):
        def within(moment):
            return first <= local_day(moment, self.zone) <= last

        def midnight(day):
            return datetime.datetime.combine(day, datetime.time(), self.zone)

        movements = collections.Counter()
        exits = collections.Counter()
        for stay in self.stays.values():
            for at, where, kind, reason in stay["moves"]:
                if where == centre and within(at):
                    if kind != "elsewhere":
                        movements[kind] += 1
                    if reason:
                        exits[reason] += 1
        spans = self.presences(centre)

        def present_at_end_of(day):
            """Who came on a local day up to it, and had not left on one up to it."""
            return sum(local_day(since, self.zone) <= day and (until is END or local_day(until, self.zone) > day)
                       for _, since, until in spans)

        one_day = datetime.timedelta(days=1)
        days = [first + n * one_day for n in range((last - first).days + 1)]
        persons = {person for person, since, until in spans
                   if max(since, midnight(first)) < min(until, midnight(last + one_day))}
        services = {}
        for at, where, delivery in self.services:
            if where != centre or not within(at):
                continue
            key = delivery["agency"], delivery["kind"], delivery.get("unit", "")
            service = services.setdefault(key, {"deliveries": 0, "quantity": Fraction(0), "contacts": 0})
            service["deliveries"] += 1
            service["quantity"] += Fraction(delivery.get("quantity", "0"))
            service["contacts"] += int(delivery.get("persons", "0"))
        closings = [present_at_end_of(day) for day in days]
        return {"opening": present_at_end_of(first - one_day), "closing": closings[-1], "nights": sum(closings),
                "persons": len(persons), "movements": dict(movements), "exits": dict(exits), "services": services,
                "closings": closings}
