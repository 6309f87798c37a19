"""Programmes of subsidised first orders: trial lots, applications, draws, vouchers and the money of each programme."""

from matchmaker.first_orders.models.accounts import Posting
from matchmaker.first_orders.models.applications import VoucherApplication, VoucherDocument
from matchmaker.first_orders.models.programmes import CostKind, Draw, Programme
from matchmaker.first_orders.models.trial_lots import LotConfirmation, TrialLot
