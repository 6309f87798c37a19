"""Enquiries between a supplier and a buyer, and what becomes of them."""

from matchmaker.messaging.models.contact_rules import Block, ContactLimit, ContactPreference, ContactUse, Report
from matchmaker.messaging.models.costs import CostSheet, QuoteCost
from matchmaker.messaging.models.deals import DealStep, FollowUp, Sample, StepPaper
from matchmaker.messaging.models.enquiries import Attachment, Enquiry, Message, ReadMark, Side
from matchmaker.messaging.models.obstacles import Obstacle, ObstacleAnswer
from matchmaker.messaging.models.prepared import PreparedEnquiry
from matchmaker.messaging.models.quotes import Quote, QuoteEvent
from matchmaker.messaging.models.requests import PaymentTerms, QuoteRequest, QuoteRequestLine
