"""An index for each order that prices, payment methods, payments and invoices are listed in.

Revision ID: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("ix_price_course_id_set_at_id", "price", ["course_id", "set_at", "id"])
    op.drop_index("ix_payment_method_owner_id", "payment_method")
    op.create_index("ix_payment_method_owner_id_added_at_id", "payment_method", ["owner_id", "added_at", "id"])
    op.drop_index("ix_payment_learner_id_id", "payment")
    op.create_index("ix_payment_learner_id_opened_at_id", "payment", ["learner_id", "opened_at", "id"])
    op.drop_index("ix_invoice_learner_id_id", "invoice")
    op.create_index("ix_invoice_learner_id_issued_at_id", "invoice", ["learner_id", "issued_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_invoice_learner_id_issued_at_id", "invoice")
    op.create_index("ix_invoice_learner_id_id", "invoice", ["learner_id", "id"])
    op.drop_index("ix_payment_learner_id_opened_at_id", "payment")
    op.create_index("ix_payment_learner_id_id", "payment", ["learner_id", "id"])
    op.drop_index("ix_payment_method_owner_id_added_at_id", "payment_method")
    op.create_index("ix_payment_method_owner_id", "payment_method", ["owner_id"])
    op.drop_index("ix_price_course_id_set_at_id", "price")
